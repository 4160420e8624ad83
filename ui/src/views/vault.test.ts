import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { testids } from '../testids';
import { audit, calls, hold, key, open } from './at-app';

const row = async (name: RegExp) => {
  const [first] = await screen.findAllByRole('option', { name });
  if (!first) throw new Error(`no row ${name}`);
  return first;
};

describe('the vault', () => {
  it('shows rows and a detail, and stands the audit', async () => {
    open();
    await row(/STRIPE_SECRET_KEY/);
    await screen.findByTestId(testids.whyCard);
    await audit();
  });

  it('walks by keyboard and copies with Enter, without the value ever being in the page', async () => {
    const host = open();
    await row(/DATABASE_URL/);
    await screen.findByTestId(testids.secretTitle);
    await key('j');
    await waitFor(() => expect(screen.getByTestId(testids.secretTitle).textContent).toBe('Stripe secret key'));
    await key('Enter');
    expect(await screen.findByTestId(testids.copyToast)).toBeTruthy();
    expect(calls(host, 'copyValue')[0]?.args[0]).toBe('payments/production/1');
    expect(host.clipboard).toBeTruthy();
    expect(document.documentElement.outerHTML).not.toContain(host.clipboard);
    await fireEvent.click(screen.getByTestId(testids.clearClipboard));
    await waitFor(() => expect(host.clipboard).toBeNull());
    expect(screen.queryByTestId(testids.copyToast)).toBeNull();
  });

  it('reveals, hides again, and leaves nothing behind', async () => {
    open();
    await screen.findByTestId(testids.secretTitle);
    await fireEvent.click(screen.getByTestId(testids.reveal));
    const text = (await screen.findByTestId(testids.valueText)).textContent.trim();
    expect(text).toContain('postgres://');
    await audit();
    await fireEvent.click(screen.getByTestId(testids.hide));
    await waitFor(() => expect(screen.queryByTestId(testids.valueText)).toBeNull());
    expect(document.documentElement.outerHTML).not.toContain(text);
  });

  it('offers no copying where one may only use, and says so', async () => {
    open();
    await fireEvent.click(await row(/JWT_SIGNING_KEY/));
    await waitFor(() => expect(screen.getByTestId(testids.secretTitle).textContent).toBe('Session signing key'));
    expect(screen.queryByTestId(testids.copy)).toBeNull();
    expect(screen.getByText(/not copy or reveal it/)).toBeTruthy();
    expect(screen.getByText(/can learn values through the programs they run/)).toBeTruthy();
  });

  it('shows of what one may only know the name, the owner and who can give access', async () => {
    open();
    await fireEvent.click(await row(/PAYOUT_APPROVAL_KEY/));
    expect(await screen.findByText('Can give access')).toBeTruthy();
    expect(screen.queryByTestId(testids.valueText)).toBeNull();
    expect(screen.queryByTestId(testids.reveal)).toBeNull();
    await audit();
  });

  it('says that it is empty, and why', async () => {
    open({ scene: 'empty' });
    expect(await screen.findByText('No secrets yet')).toBeTruthy();
    await audit();
  });

  it('says that it failed, and offers to try again', async () => {
    const host = open({ scene: 'failing' });
    const [again] = await screen.findAllByText('Try again');
    const before = calls(host, 'list').length;
    if (again) await fireEvent.click(again);
    expect(calls(host, 'list').length).toBeGreaterThan(before);
    await audit();
  });

  it('takes away at once what an order took', async () => {
    const host = open();
    await screen.findByTestId(testids.secretTitle);
    await fireEvent.click(screen.getByTestId(testids.reveal));
    await screen.findByTestId(testids.valueText);
    host.refuse('secret', 'notFound');
    host.emit('orderExecuted', { scope: 'payments/production', secrets: 38, values: 1, at: 0 });
    host.emit('changed', { areas: ['secrets', 'places'], secrets: ['payments/production/0'] });
    expect(await screen.findByText('Not found.')).toBeTruthy();
    expect(screen.queryByTestId(testids.valueText)).toBeNull();
    expect(screen.getByText(/Your access to payments\/production ended/)).toBeTruthy();
  });
});

describe('finding', () => {
  it('finds, highlights, opens with Enter, and gives the focus back', async () => {
    open();
    const list = await screen.findByTestId(testids.secretList);
    await waitFor(() => expect(document.activeElement).toBe(list));
    await key('k', { ctrlKey: true });
    const input = await screen.findByTestId(testids.searchInput);
    await waitFor(() => expect(document.activeElement).toBe(input));
    await fireEvent.input(input, { target: { value: 'stripesec' } });
    await waitFor(() =>
      expect(screen.getAllByTestId(testids.searchResult)[0]?.textContent).toContain('STRIPE_SECRET_KEY'),
    );
    expect(document.querySelector('mark')).not.toBeNull();
    await audit();
    await fireEvent.keyDown(input, { key: 'Enter' });
    await waitFor(() => expect(screen.queryByTestId(testids.dialog)).toBeNull());
    await waitFor(() => expect(screen.getByTestId(testids.secretTitle).textContent).toBe('Stripe secret key'));
  });

  it('copies straight from the results', async () => {
    const host = open();
    await screen.findByTestId(testids.secretList);
    await key('k', { ctrlKey: true });
    const input = await screen.findByTestId(testids.searchInput);
    await fireEvent.input(input, { target: { value: 'stripesec' } });
    await waitFor(() =>
      expect(screen.getAllByTestId(testids.searchResult)[0]?.textContent).toContain('STRIPE_SECRET_KEY'),
    );
    await fireEvent.keyDown(input, { key: 'Enter', ctrlKey: true });
    await waitFor(() => expect(calls(host, 'copyValue')).toHaveLength(1));
  });

  it('waits for what was typed last, and copies nothing else', async () => {
    const host = open();
    await screen.findByTestId(testids.secretList);
    await key('k', { ctrlKey: true });
    const input = await screen.findByTestId(testids.searchInput);
    await screen.findAllByTestId(testids.searchResult);
    const answer = hold(host, 'search');
    await fireEvent.input(input, { target: { value: 'stripesec' } });
    await fireEvent.keyDown(input, { key: 'Enter', ctrlKey: true });
    expect(calls(host, 'copyValue')).toHaveLength(0);
    answer();
    await waitFor(() => expect(calls(host, 'copyValue')).toHaveLength(1));
    await waitFor(() => expect(screen.getByTestId(testids.secretTitle).textContent).toBe('Stripe secret key'));
  });

  it('runs actions', async () => {
    open();
    await screen.findByTestId(testids.secretList);
    await key('k', { ctrlKey: true });
    const input = await screen.findByTestId(testids.searchInput);
    await fireEvent.input(input, { target: { value: 'go to settings' } });
    await screen.findByRole('option', { name: /Go to settings/ });
    await waitFor(() => expect(screen.getAllByTestId(testids.searchResult)).toHaveLength(1));
    await fireEvent.keyDown(input, { key: 'Enter' });
    expect(await screen.findByRole('heading', { name: 'Settings' })).toBeTruthy();
  });
});

describe('changing', () => {
  const menu = async (item: string) => {
    await screen.findByTestId(testids.secretTitle);
    await key(item);
    return screen.findByTestId(testids.dialog);
  };

  it('adds a secret with a value of several lines, sent once and not kept', async () => {
    const host = open();
    await screen.findByTestId(testids.secretTitle);
    await fireEvent.click(screen.getByTestId(testids.createSecret));
    await fireEvent.input(await screen.findByTestId(testids.draftTitle), { target: { value: 'Fraud key' } });
    await fireEvent.input(screen.getByTestId(testids.draftEnvName), { target: { value: 'FRAUD_KEY' } });
    await fireEvent.input(screen.getByTestId(testids.valueInput), { target: { value: 'line one\nline two\n' } });
    await audit();
    await fireEvent.click(screen.getByTestId(testids.submit));
    await waitFor(() => expect(screen.getByTestId(testids.secretTitle).textContent).toBe('Fraud key'));
    expect(calls(host, 'createSecret')).toHaveLength(1);
    expect(calls(host, 'createSecret')[0]?.args[0]).toMatchObject({
      envName: 'FRAUD_KEY',
      value: { type: 'text', text: 'line one\nline two\n' },
    });
    expect(document.documentElement.outerHTML).not.toContain('line one');
  });

  it('names the limit before anything is sent', async () => {
    const host = open();
    await menu('v');
    await fireEvent.input(screen.getByTestId(testids.valueInput), { target: { value: 'x'.repeat(64 * 1024 + 1) } });
    expect(await screen.findByText(/the limit is 64 KiB/)).toBeTruthy();
    expect(screen.getByTestId(testids.submit)).toHaveProperty('disabled', true);
    expect(calls(host, 'newVersion')).toHaveLength(0);
  });

  it('sends a binary file as binary', async () => {
    const host = open();
    await menu('v');
    const file = new File([new Uint8Array([0, 255, 1])], 'seed.bin');
    await fireEvent.change(screen.getByTestId(testids.valueFile), { target: { files: [file] } });
    await screen.findByText(/seed.bin, binary, 3 bytes/);
    await waitFor(() => expect(screen.getByTestId(testids.submit)).toHaveProperty('disabled', false));
    await fireEvent.click(screen.getByTestId(testids.submit));
    await waitFor(() => expect(calls(host, 'newVersion')[0]?.args[1]).toEqual({ type: 'binary', base64: 'AP8B' }));
  });

  it('keeps what was typed when the server refuses', async () => {
    const host = open();
    await menu('e');
    await fireEvent.input(screen.getByTestId(testids.draftTitle), { target: { value: 'Another name' } });
    host.refuse('updateMetadata', 'conflict');
    await fireEvent.click(screen.getByTestId(testids.submit));
    expect((await screen.findByTestId(testids.dialogProblem)).textContent).toContain('Somebody else changed this');
    expect(screen.getByTestId(testids.draftTitle)).toHaveProperty('value', 'Another name');
    await audit();
  });

  it('says what deleting does, deletes, and undoes', async () => {
    const host = open();
    const dialog = await menu('Delete');
    expect(dialog.textContent).toContain('For 30 days it can be restored');
    await audit();
    await fireEvent.click(screen.getByTestId(testids.submit));
    await fireEvent.click(await screen.findByTestId(testids.toastAction));
    await waitFor(() => expect(calls(host, 'restoreSecret')).toHaveLength(1));
    expect(await screen.findByText(/is back in/)).toBeTruthy();
  });

  it('requests a rotation with a reason and shows its state', async () => {
    const host = open();
    await menu('r');
    expect(screen.getByTestId(testids.submit)).toHaveProperty('disabled', true);
    await fireEvent.input(screen.getByTestId(testids.reasonField), { target: { value: 'It leaked.' } });
    await audit();
    await fireEvent.click(screen.getByTestId(testids.submit));
    const state = await screen.findByTestId(testids.rotationState);
    expect(state.textContent).toContain('waiting');
    expect(calls(host, 'requestRotation')[0]?.args[1]).toBe('It leaked.');
  });
});

it('keeps an environment for offline after saying what that does', async () => {
  const host = open();
  await screen.findByTestId(testids.secretTitle);
  const place = document.querySelector('[data-place="payments/production"]');
  if (place) await fireEvent.click(place);
  await fireEvent.click(await screen.findByTestId(testids.keepOffline));
  const dialog = await screen.findByTestId(testids.dialog);
  expect(dialog.textContent).toContain('Each fetch is an event in your history');
  expect(dialog.textContent).toContain('8 h');
  await audit();
  await fireEvent.click(screen.getByTestId(testids.submit));
  await waitFor(() => expect(calls(host, 'keepOffline')[0]?.args).toEqual(['payments/production', true]));
  expect(await screen.findByText(/readable offline for/)).toBeTruthy();
});
