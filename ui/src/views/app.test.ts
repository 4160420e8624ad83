import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { testids } from '../testids';
import { audit, calls, key, open } from './at-app';

const row = async (name: RegExp) => {
  const [first] = await screen.findAllByRole('option', { name });
  if (!first) throw new Error(`no row ${name}`);
  return first;
};

describe('signing in', () => {
  it('asks for the server, shows its fingerprint, pins it, signs in', async () => {
    const host = open({ scene: 'noServer' });
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
    open({ scene: 'noServer' });
    await fireEvent.input(await screen.findByTestId(testids.serverField), { target: { value: 'nowhere.example' } });
    await fireEvent.click(screen.getByTestId(testids.connectServer));
    const problem = await screen.findByTestId(testids.signInProblem);
    expect(problem.textContent).toContain('The server does not answer.');
    expect(problem.textContent).toContain('VPN');
    await audit();
  });

  it('can be cancelled while the browser is open', async () => {
    const host = open({ scene: 'signingIn' });
    await fireEvent.click(await screen.findByTestId(testids.cancelSignIn));
    expect(calls(host, 'cancelSignIn')).toHaveLength(1);
    expect(await screen.findByTestId(testids.signIn)).toBeTruthy();
    await audit();
  });

  it('asks for the bootstrap code only while it is open, and sends it', async () => {
    open({ scene: 'signedOut' });
    await screen.findByTestId(testids.signIn);
    expect(screen.queryByTestId(testids.bootstrapField)).toBeNull();
    cleanup();
    const host = open({ scene: 'bootstrap' });
    await fireEvent.input(await screen.findByTestId(testids.bootstrapField), { target: { value: ' wrong ' } });
    await fireEvent.click(screen.getByTestId(testids.signIn));
    expect((await screen.findByTestId(testids.signInProblem)).dataset['code']).toBe('bootstrapCodeWrong');
    expect(calls(host, 'signIn')[0]?.args).toEqual(['wrong']);
    await audit();
  });

  it('tells why the last sign-in failed', async () => {
    open({ scene: 'signInFailed' });
    expect((await screen.findByTestId(testids.signInProblem)).textContent).toContain('consent was denied');
  });
});

describe('other views', () => {
  it('answers a request with a new version', async () => {
    const host = open();
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
    const host = open();
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
    open({ scene: 'violated' });
    expect((await screen.findByTestId(testids.logBanner)).getAttribute('role')).toBe('alert');
    await key('3', { ctrlKey: true });
    expect((await screen.findByTestId(testids.proofBanner)).dataset['state']).toBe('violated');
    await audit();
  });

  it('restores from the bin', async () => {
    const host = open();
    await screen.findByTestId(testids.secretList);
    await key('4', { ctrlKey: true });
    const [restore] = await screen.findAllByTestId(testids.restore);
    await audit();
    if (restore) await fireEvent.click(restore);
    await waitFor(() => expect(calls(host, 'restoreSecret')).toHaveLength(1));
  });

  it('changes settings, and ends sessions and devices', async () => {
    const host = open();
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
    const host = open({ scene: 'offline' });
    expect((await screen.findByTestId(testids.offlineBanner)).textContent).toContain('synced 3 hours ago');
    await screen.findByTestId(testids.secretTitle);
    expect(screen.getByTestId(testids.requestRotation)).toHaveProperty('disabled', true);
    await fireEvent.click(screen.getByTestId(testids.copy));
    expect(await screen.findByText(/no offline copy of this value/)).toBeTruthy();
    expect(host.clipboard).toBeNull();
    await audit();
  });

  it('reads an offline copy and says that it is one', async () => {
    open({ scene: 'offline' });
    await fireEvent.click(await row(/STRIPE_SECRET_KEY/));
    await waitFor(() => expect(screen.getByTestId(testids.secretTitle).textContent).toBe('Stripe secret key'));
    await fireEvent.click(screen.getByTestId(testids.copy));
    expect((await screen.findByTestId(testids.copyToast)).textContent).toContain('from the offline copy');
  });

  it('locks with Ctrl+L even behind a dialog, and shows nothing then', async () => {
    open();
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
    open({ scene });
    expect(await screen.findByTestId(testids.keyringBanner)).toBeTruthy();
    await screen.findByTestId(testids.secretTitle);
    await audit();
  });
});

describe('a keyring that was locked', () => {
  it('is asked again from the banner, with no network', async () => {
    const host = open({ scene: 'keyringLocked' });
    host.refuse('retryKeyring', 'keyringLocked');
    await fireEvent.click(await screen.findByTestId(testids.retryKeyring));
    expect(await screen.findByText(/usually with your login password, then try again. No network/)).toBeTruthy();
    await fireEvent.click(screen.getByTestId(testids.retryKeyring));
    await waitFor(() => expect(screen.queryByTestId(testids.keyringBanner)).toBeNull());
    expect(calls(host, 'syncNow')).toHaveLength(0);
  });

  it('is asked again from the sign-in, which the browser is not needed for', async () => {
    const host = open({ scene: 'keyringLockedAtStart' });
    expect((await screen.findByTestId(testids.signInProblem)).dataset['code']).toBe('keyringLocked');
    await audit();
    await fireEvent.click(screen.getByTestId(testids.retryKeyring));
    expect(await screen.findByTestId(testids.secretList)).toBeTruthy();
    expect(calls(host, 'signIn')).toHaveLength(0);
  });
});

it('shows every shortcut with ?', async () => {
  open();
  await screen.findByTestId(testids.secretTitle);
  await key('?', { shiftKey: true });
  const dialog = await screen.findByTestId(testids.dialog);
  expect(dialog.textContent).toContain('Copy without showing');
  await audit();
});
