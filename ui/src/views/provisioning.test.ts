import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, expect, it } from 'vitest';
import { fakeHost, type FakeHost } from '../host/fake';
import { testids } from '../testids';
import App from './App.svelte';
import { audit, calls, dialog, gone, submit } from './at-app';

beforeEach(() => {
  Element.prototype.scrollIntoView = () => undefined;
});

const rows = () => screen.getAllByTestId(testids.tokenRow).map((row) => row.textContent);

async function open(): Promise<FakeHost> {
  const host = fakeHost({ scene: 'signedIn' });
  render(App, { host });
  await screen.findByTestId(testids.navNotices);
  await fireEvent.keyDown(window, { key: '6', ctrlKey: true });
  await fireEvent.click(within(await screen.findByTestId(testids.organizationPart)).getByLabelText('Provider'));
  await screen.findAllByTestId(testids.tokenRow);
  return host;
}

it('says where the provider comes, with which tokens, how old and how used', async () => {
  await open();
  expect(screen.getByTestId(testids.tokenBase).textContent).toBe('https://claviger.example.com/scim/v2');
  expect(rows()[0]).toMatch(/ends in .*in place of another one\.\s*Used 4 min/);
  expect(rows()[1]).toMatch(/ends in [56] d/);
  expect(rows()[2]).toMatch(/ended .*Never used/);
  expect(screen.getAllByTestId(testids.endToken), 'what has ended cannot be ended').toHaveLength(2);
  await audit();
});

it('makes a token that the page never sees, and says how long it stays in the clipboard', async () => {
  const host = await open();
  await fireEvent.click(screen.getByTestId(testids.newToken));
  expect(submit().disabled, 'no name yet').toBe(true);
  await fireEvent.input(dialog().getByTestId(testids.tokenName), { target: { value: ' Okta ' } });
  await fireEvent.click(submit());
  await gone();
  expect(calls(host, 'makeProvisioningToken')[0]?.args).toEqual([{ name: 'Okta', days: 180 }]);
  expect((await screen.findByTestId(testids.copyToast)).getAttribute('title')).toBe('the token Okta');
  await waitFor(() => expect(rows()[0]).toContain('Okta'));
});

it('replaces a token, with the old one going on unless it is to end at once', async () => {
  const host = await open();
  await fireEvent.click(screen.getAllByTestId(testids.rotateToken)[0] as HTMLElement);
  await fireEvent.click(submit());
  await gone();
  await waitFor(() => expect(screen.getAllByTestId(testids.tokenRow)).toHaveLength(4));
  expect(rows()[1]).toMatch(/ends in (1 d|2[34] h)/);
  await fireEvent.click(screen.getAllByTestId(testids.rotateToken)[0] as HTMLElement);
  await fireEvent.click(within(dialog().getByTestId(testids.tokenOverlap)).getByLabelText('ends at once'));
  await fireEvent.click(submit());
  await gone();
  const turns = calls(host, 'rotateProvisioningToken').map(
    ({ args }) => (args[1] as { overlapHours: number }).overlapHours,
  );
  expect(turns).toEqual([24, 0]);
  await waitFor(() => expect(rows()[1]).toMatch(/ended/));
});

it('ends a token', async () => {
  const host = await open();
  await fireEvent.click(screen.getAllByTestId(testids.endToken)[1] as HTMLElement);
  await fireEvent.click(submit());
  await gone();
  expect(calls(host, 'endProvisioningToken')[0]?.args).toEqual(['token-2']);
  await waitFor(() => expect(screen.getAllByTestId(testids.endToken)).toHaveLength(1));
});
