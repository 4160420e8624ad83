import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { expect, it } from 'vitest';
import { testids } from '../testids';
import { click, dialog, gone, hold, open, submit } from './at-app';
import { toPart } from './at-offboarding';

/** Where somebody is chosen by letters that are looked up, and the field for them. */
const fields = [
  {
    what: 'who leaves',
    asks: 'accessPeople',
    async at() {
      await click(testids.navOffboarding);
      await click(testids.newCase);
      return screen.findByTestId(testids.giveWho);
    },
  },
  {
    what: 'who takes over',
    asks: 'accessPeople',
    async at() {
      await click(testids.navOffboarding);
      await click(testids.newCase);
      await fireEvent.click((await dialog().findAllByTestId(testids.giveReceiver))[2] as HTMLElement);
      await fireEvent.click(submit());
      await gone();
      await click(testids.offboardPerson);
      await fireEvent.click(await dialog().findByTestId(testids.chooseHeir));
      return dialog().findByTestId(testids.giveWho);
    },
  },
  {
    what: 'whom the brake protects',
    asks: 'accessPeople',
    async at() {
      await toPart('Brake');
      await click(testids.brakeAdd);
      return screen.findByTestId(testids.giveWho);
    },
  },
  {
    what: 'who gets access',
    asks: 'giveReceivers',
    async at() {
      await click(testids.navAccess);
      await click(testids.giveAccess);
      return dialog().findByTestId(testids.giveWho);
    },
  },
  {
    what: 'whom a question is about',
    asks: 'accessPeople',
    async at() {
      await click(testids.explainOthers);
      return dialog().findByTestId(testids.explainWho);
    },
  },
] as const;

it.each(fields)('never takes one found for other letters: $what', async ({ asks, at }) => {
  const host = open();
  const field = await at();
  await waitFor(() => expect(screen.getAllByTestId(testids.giveReceiver).length).toBeGreaterThan(2));
  const listed = () => screen.getAllByTestId(testids.giveReceiver).map((line) => line.textContent);
  expect(listed()[0]).not.toContain('Lin Sato');
  await waitFor(() =>
    expect(screen.getByRole('listbox', { name: 'Who can be chosen' }).getAttribute('aria-busy')).toBe('false'),
  );
  const answer = hold(host, asks);
  await fireEvent.input(field, { target: { value: 'lin' } });
  await fireEvent.keyDown(field, { key: 'Enter' });
  expect(document.contains(field), 'nobody is chosen yet').toBe(true);
  answer();
  await waitFor(() => expect(document.contains(field)).toBe(false));
  expect(within(document.body).getAllByText('Lin Sato').length).toBeGreaterThan(0);
});
