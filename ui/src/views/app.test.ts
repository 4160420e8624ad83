import { cleanup, configure, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import axe from 'axe-core';
import { afterEach, describe, expect, it } from 'vitest';
import { fakeHost, type FakeHost, type FakeOptions } from '../host/fake';
import { testids } from '../testids';
import App from './App.svelte';

configure({ asyncUtilTimeout: 10_000 });
afterEach(cleanup);

function start(options: FakeOptions = {}): FakeHost {
  const host = fakeHost(options);
  render(App, { host });
  return host;
}

/** Everything but what needs a layout, which the pictures are checked for in a browser. */
async function audit() {
  const { violations } = await axe.run(document.body, {
    rules: { 'color-contrast': { enabled: false }, 'target-size': { enabled: false } },
  });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
}

const key = (name: string, held = {}) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key: name, ...held });
const row = async (name: RegExp) => {
  const [first] = await screen.findAllByRole('option', { name });
  if (!first) throw new Error(`no row ${name}`);
  return first;
};
const calls = (host: FakeHost, command: string) => host.calls.filter((call) => call.command === command);

describe('signing in', () => {
  it('asks for the server, shows its fingerprint, pins it, signs in', async () => {
    const host = start({ scene: 'noServer' });
    await fireEvent.input(await screen.findByTestId(testids.serverField), {
      target: { value: 'vault.northwind.example' },
    });
    await audit();
    await fireEvent.click(screen.getByTestId(testids.connectServer));
    expect(await screen.findByTestId(testids.serverFingerprint)).toHaveProperty(
      'textContent',
      expect.stringMatching(/^9f2c 41d0/),
    );
    expect(calls(host, 'confirmServer')).toHaveLength(0);
    await audit();
    await fireEvent.click(screen.getByTestId(testids.confirmServer));
    await fireEvent.click(await screen.findByTestId(testids.signIn));
    expect(await screen.findByTestId(testids.secretList)).toBeTruthy();
  });

  it('says what is wrong with an address and what to do', async () => {
    start({ scene: 'noServer' });
    await fireEvent.input(await screen.findByTestId(testids.serverField), { target: { value: 'nowhere.example' } });
    await fireEvent.click(screen.getByTestId(testids.connectServer));
    const problem = await screen.findByTestId(testids.signInProblem);
    expect(problem.textContent).toContain('The server does not answer.');
    expect(problem.textContent).toContain('VPN');
    await audit();
  });

  it('can be cancelled while the browser is open', async () => {
    const host = start({ scene: 'signingIn' });
    await fireEvent.click(await screen.findByTestId(testids.cancelSignIn));
    expect(calls(host, 'cancelSignIn')).toHaveLength(1);
    expect(await screen.findByTestId(testids.signIn)).toBeTruthy();
    await audit();
  });

  it('asks for the bootstrap code only while it is open, and sends it', async () => {
    start({ scene: 'signedOut' });
    await screen.findByTestId(testids.signIn);
    expect(screen.queryByTestId(testids.bootstrapField)).toBeNull();
    cleanup();
    const host = start({ scene: 'bootstrap' });
    await fireEvent.input(await screen.findByTestId(testids.bootstrapField), { target: { value: ' wrong ' } });
    await fireEvent.click(screen.getByTestId(testids.signIn));
    expect((await screen.findByTestId(testids.signInProblem)).dataset['code']).toBe('bootstrapCodeWrong');
    expect(calls(host, 'signIn')[0]?.args).toEqual(['wrong']);
    await audit();
  });

  it('tells why the last sign-in failed', async () => {
    start({ scene: 'signInFailed' });
    expect((await screen.findByTestId(testids.signInProblem)).textContent).toContain('consent was denied');
  });
});

describe('the vault', () => {
  it('shows rows and a detail, and stands the audit', async () => {
    start();
    await row(/STRIPE_SECRET_KEY/);
    await screen.findByTestId(testids.whyCard);
    await audit();
  });

  it('walks by keyboard and copies with Enter, without the value ever being in the page', async () => {
    const host = start();
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
    start();
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
    start();
    await fireEvent.click(await row(/JWT_SIGNING_KEY/));
    await waitFor(() => expect(screen.getByTestId(testids.secretTitle).textContent).toBe('Session signing key'));
    expect(screen.queryByTestId(testids.copy)).toBeNull();
    expect(screen.getByText(/not copy or reveal it/)).toBeTruthy();
    expect(screen.getByText(/can learn values through the programs they run/)).toBeTruthy();
  });

  it('shows of what one may only know the name, the owner and who can give access', async () => {
    start();
    await fireEvent.click(await row(/PAYOUT_APPROVAL_KEY/));
    expect(await screen.findByText('Can give access')).toBeTruthy();
    expect(screen.queryByTestId(testids.valueText)).toBeNull();
    expect(screen.queryByTestId(testids.reveal)).toBeNull();
    await audit();
  });

  it('says that it is empty, and why', async () => {
    start({ scene: 'empty' });
    expect(await screen.findByText('No secrets yet')).toBeTruthy();
    await audit();
  });

  it('says that it failed, and offers to try again', async () => {
    const host = start({ scene: 'failing' });
    const [again] = await screen.findAllByText('Try again');
    const before = calls(host, 'list').length;
    if (again) await fireEvent.click(again);
    expect(calls(host, 'list').length).toBeGreaterThan(before);
    await audit();
  });

  it('takes away at once what an order took', async () => {
    const host = start();
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
    start();
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
    const host = start();
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

  it('runs actions', async () => {
    start();
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
    const host = start();
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
    const host = start();
    await menu('v');
    await fireEvent.input(screen.getByTestId(testids.valueInput), { target: { value: 'x'.repeat(64 * 1024 + 1) } });
    expect(await screen.findByText(/the limit is 64 KiB/)).toBeTruthy();
    expect(screen.getByTestId(testids.submit)).toHaveProperty('disabled', true);
    expect(calls(host, 'newVersion')).toHaveLength(0);
  });

  it('sends a binary file as binary', async () => {
    const host = start();
    await menu('v');
    const file = new File([new Uint8Array([0, 255, 1])], 'seed.bin');
    await fireEvent.change(screen.getByTestId(testids.valueFile), { target: { files: [file] } });
    await screen.findByText(/seed.bin, binary, 3 bytes/);
    await waitFor(() => expect(screen.getByTestId(testids.submit)).toHaveProperty('disabled', false));
    await fireEvent.click(screen.getByTestId(testids.submit));
    await waitFor(() => expect(calls(host, 'newVersion')[0]?.args[1]).toEqual({ type: 'binary', base64: 'AP8B' }));
  });

  it('keeps what was typed when the server refuses', async () => {
    const host = start();
    await menu('e');
    await fireEvent.input(screen.getByTestId(testids.draftTitle), { target: { value: 'Another name' } });
    host.refuse('updateMetadata', 'conflict');
    await fireEvent.click(screen.getByTestId(testids.submit));
    expect((await screen.findByTestId(testids.dialogProblem)).textContent).toContain('Somebody else changed this');
    expect(screen.getByTestId(testids.draftTitle)).toHaveProperty('value', 'Another name');
    await audit();
  });

  it('says what deleting does, deletes, and undoes', async () => {
    const host = start();
    const dialog = await menu('Delete');
    expect(dialog.textContent).toContain('For 30 days it can be restored');
    await audit();
    await fireEvent.click(screen.getByTestId(testids.submit));
    await fireEvent.click(await screen.findByTestId(testids.toastAction));
    await waitFor(() => expect(calls(host, 'restoreSecret')).toHaveLength(1));
    expect(await screen.findByText(/is back in/)).toBeTruthy();
  });

  it('requests a rotation with a reason and shows its state', async () => {
    const host = start();
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

describe('other views', () => {
  it('answers a request with a new version', async () => {
    const host = start();
    await screen.findByTestId(testids.secretList);
    await key('2', { ctrlKey: true });
    const [fulfil] = await screen.findAllByTestId(testids.fulfilRequest);
    await audit();
    if (fulfil) await fireEvent.click(fulfil);
    await fireEvent.input(await screen.findByTestId(testids.valueInput), { target: { value: 'new' } });
    await fireEvent.click(screen.getByTestId(testids.submit));
    await waitFor(() => expect(calls(host, 'newVersion')[0]?.args[2]).toBe('seed-1'));
  });

  it('shows history with its proof, per day and row by row', async () => {
    const host = start();
    await screen.findByTestId(testids.secretList);
    await key('3', { ctrlKey: true });
    expect((await screen.findByTestId(testids.proofBanner)).textContent).toContain('none altered, none missing');
    await screen.findAllByTestId(testids.historyRow);
    await audit();
    await fireEvent.click(screen.getByText('As a table'));
    expect(within(screen.getByTestId(testids.historyChart)).getByRole('table')).toBeTruthy();
    await audit();
    await fireEvent.click(screen.getByTestId(testids.exportCsv));
    expect(await screen.findByText(/saved to/)).toBeTruthy();
    expect(calls(host, 'exportHistory')[0]?.args[0]).toBe('csv');
  });

  it('shouts when the log was altered', async () => {
    start({ scene: 'violated' });
    expect((await screen.findByTestId(testids.logBanner)).getAttribute('role')).toBe('alert');
    await key('3', { ctrlKey: true });
    expect((await screen.findByTestId(testids.proofBanner)).dataset['state']).toBe('violated');
    await audit();
  });

  it('restores from the bin', async () => {
    const host = start();
    await screen.findByTestId(testids.secretList);
    await key('4', { ctrlKey: true });
    const [restore] = await screen.findAllByTestId(testids.restore);
    await audit();
    if (restore) await fireEvent.click(restore);
    await waitFor(() => expect(calls(host, 'restoreSecret')).toHaveLength(1));
  });

  it('changes settings, and ends sessions and devices', async () => {
    const host = start();
    await screen.findByTestId(testids.secretList);
    await key(',', { ctrlKey: true });
    await screen.findAllByTestId(testids.deviceRow);
    await audit();
    await fireEvent.click(screen.getByLabelText('High contrast'));
    await waitFor(() => expect(document.documentElement.dataset['theme']).toBe('contrast'));
    expect(calls(host, 'setSettings')).toHaveLength(1);
    await fireEvent.click(screen.getByTestId(testids.endSession));
    await waitFor(() => expect(calls(host, 'endSession')[0]?.args).toEqual(['session-2']));
    await fireEvent.click(screen.getByRole('button', { name: /End device.*Desk PC/ }));
    await audit();
    await fireEvent.click(await screen.findByTestId(testids.submit));
    await waitFor(() => expect(calls(host, 'endDevice')[0]?.args).toEqual(['device-2']));
  });
});

describe('offline, locked, keyring', () => {
  it('says how old what one sees is, and refuses what there is no copy of', async () => {
    const host = start({ scene: 'offline' });
    expect((await screen.findByTestId(testids.offlineBanner)).textContent).toContain('synced 3 hours ago');
    await screen.findByTestId(testids.secretTitle);
    expect(screen.getByTestId(testids.requestRotation)).toHaveProperty('disabled', true);
    await fireEvent.click(screen.getByTestId(testids.copy));
    expect(await screen.findByText(/no offline copy of this value/)).toBeTruthy();
    expect(host.clipboard).toBeNull();
    await audit();
  });

  it('reads an offline copy and says that it is one', async () => {
    start({ scene: 'offline' });
    await fireEvent.click(await row(/STRIPE_SECRET_KEY/));
    await waitFor(() => expect(screen.getByTestId(testids.secretTitle).textContent).toBe('Stripe secret key'));
    await fireEvent.click(screen.getByTestId(testids.copy));
    expect((await screen.findByTestId(testids.copyToast)).textContent).toContain('from the offline copy');
  });

  it('locks with Ctrl+L even behind a dialog, and shows nothing then', async () => {
    start();
    await screen.findByTestId(testids.secretTitle);
    await key('k', { ctrlKey: true });
    await screen.findByTestId(testids.dialog);
    await key('l', { ctrlKey: true });
    expect(await screen.findByTestId(testids.lockScreen)).toBeTruthy();
    expect(screen.queryByText('STRIPE_SECRET_KEY')).toBeNull();
    await audit();
    await fireEvent.click(screen.getByTestId(testids.unlock));
    expect(await screen.findByTestId(testids.secretList)).toBeTruthy();
  });

  it.each(['keyringLocked', 'keyringAbsent', 'rolledBack'] as const)('says in words what %s means', async (scene) => {
    start({ scene });
    expect(await screen.findByTestId(testids.keyringBanner)).toBeTruthy();
    await screen.findByTestId(testids.secretTitle);
    await audit();
  });
});

describe('a keyring that was locked', () => {
  it('is asked again from the banner, with no network', async () => {
    const host = start({ scene: 'keyringLocked' });
    host.refuse('retryKeyring', 'keyringLocked');
    await fireEvent.click(await screen.findByTestId(testids.retryKeyring));
    expect(await screen.findByText(/usually with your login password, then try again. No network/)).toBeTruthy();
    await fireEvent.click(screen.getByTestId(testids.retryKeyring));
    await waitFor(() => expect(screen.queryByTestId(testids.keyringBanner)).toBeNull());
    expect(calls(host, 'syncNow')).toHaveLength(0);
  });

  it('is asked again from the sign-in, which the browser is not needed for', async () => {
    const host = start({ scene: 'keyringLockedAtStart' });
    expect((await screen.findByTestId(testids.signInProblem)).dataset['code']).toBe('keyringLocked');
    await audit();
    await fireEvent.click(screen.getByTestId(testids.retryKeyring));
    expect(await screen.findByTestId(testids.secretList)).toBeTruthy();
    expect(calls(host, 'signIn')).toHaveLength(0);
  });
});

it('shows every shortcut with ?', async () => {
  start();
  await screen.findByTestId(testids.secretTitle);
  await key('?', { shiftKey: true });
  const dialog = await screen.findByTestId(testids.dialog);
  expect(dialog.textContent).toContain('Copy without showing');
  await audit();
});

it('keeps an environment for offline after saying what that does', async () => {
  const host = start();
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
