import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeHost, type FakeHost } from '../host/fake';
import { Page } from './page.svelte';

let host: FakeHost;
let page: Page;
let end: () => void;

async function open(scene: Parameters<typeof fakeHost>[0] = {}) {
  host = fakeHost(scene);
  page = new Page(host);
  end = page.start();
  await vi.waitFor(() => expect(page.app.session.type).not.toBe('starting'));
}

beforeEach(() => open());
afterEach(() => end());

const called = (command: string) => host.calls.filter((call) => call.command === command).length;

describe('locking', () => {
  it('leaves nothing of the vault in the page', async () => {
    await vi.waitFor(() => expect(page.vault.detail.value).not.toBeNull());
    await page.values.reveal('payments/production/1');
    page.obey('lock');
    await vi.waitFor(() => expect(page.app.session.type).toBe('locked'));
    expect(page.vault.detail.value).toBeNull();
    expect(page.vault.rows.at(0)).toBeUndefined();
    expect(page.values.shown).toBeNull();
    expect(page.dialogs.current).toBeNull();
  });

  it('comes back to where the person was', async () => {
    page.go('history');
    await host.lock();
    await host.unlock();
    await vi.waitFor(() => expect(page.history.rows.total).toBeGreaterThan(0));
    expect(page.view).toBe('history');
  });
});

describe('hints of the host', () => {
  it('asks again for what changed', async () => {
    await vi.waitFor(() => expect(page.vault.detail.value).not.toBeNull());
    const before = called('secret');
    host.emit('changed', { areas: ['secrets'], secrets: [] });
    await vi.waitFor(() => expect(called('secret')).toBe(before + 1));
  });

  it('says when access ended and what was destroyed', () => {
    host.emit('orderExecuted', { scope: 'payments/production', secrets: 38, values: 1, at: 0 });
    expect(page.toasts.list[0]?.words).toBe(
      'Your access to payments/production ended: 38 secrets. 1 copy was destroyed on this device.',
    );
  });

  it('forgets what was on the clipboard', async () => {
    await page.values.copy('payments/production/1', 'STRIPE_SECRET_KEY');
    host.emit('clipboardCleared', { reason: 'replaced' });
    expect(page.values.copied).toBeNull();
  });
});

it('does not let a late answer undo what was announced', async () => {
  end();
  host = fakeHost({ delay: 20 });
  const known = await host.state();
  page = new Page(host);
  end = page.start();
  host.emit('stateChanged', { ...known, session: { type: 'noServer' } });
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(page.app.session.type).toBe('noServer');
});

describe('attempts', () => {
  it('says in words what went wrong', async () => {
    host.refuse('syncNow', 'serverUnreachable');
    expect(await page.attempt(() => host.syncNow())).toBe(false);
    expect(page.toasts.list[0]?.words).toBe('The server does not answer.');
  });
});

describe('actions', () => {
  it('does not try to copy what one may only know of', async () => {
    await page.actions.copy({ id: 'x', title: 'X', envName: null, path: 'a/b', knownOnly: true });
    expect(called('copyValue')).toBe(0);
    expect(page.toasts.list[0]?.words).toContain('not read it');
  });

  it('does not try to copy what one may only use', async () => {
    page.vault.select('payments/production/6');
    await vi.waitFor(() => expect(page.actions.detail?.id).toBe('payments/production/6'));
    await page.actions.copySelected();
    await page.actions.toggleReveal();
    expect(called('copyValue') + called('revealValue')).toBe(0);
    expect(page.toasts.list.map((toast) => toast.words)).toEqual([
      'You may use this, not copy it.',
      'You may use this, not reveal it.',
    ]);
  });

  it('does not ask for a rotation twice', async () => {
    page.vault.select('payments/production/1');
    await vi.waitFor(() => expect(page.actions.detail?.id).toBe('payments/production/1'));
    page.actions.requestRotation();
    expect(page.dialogs.current?.type).toBe('requestRotation');
    page.dialogs.close();
    await host.requestRotation('payments/production/1', 'It was pasted into a chat');
    await page.vault.refresh();
    await vi.waitFor(() => expect(page.actions.detail?.openRequests.some((request) => request.mine)).toBe(true));
    page.actions.requestRotation();
    expect(page.dialogs.current).toBeNull();
    expect(page.toasts.list.at(-1)?.words).toContain('already');
  });

  it('restores with Undo what was moved to the bin', async () => {
    page.vault.select('payments/production/1');
    await vi.waitFor(() => expect(page.actions.detail?.id).toBe('payments/production/1'));
    const detail = page.actions.detail;
    if (!detail) throw new Error('no detail');
    await host.deleteSecret(detail.id);
    page.actions.deleted(detail);
    page.toasts.list[0]?.action?.run();
    await vi.waitFor(() => expect(called('restoreSecret')).toBe(1));
    expect((await host.bin()).some((row) => row.id === detail.id)).toBe(false);
  });
});

it('tells the host of activity, but not at every key', () => {
  for (let i = 0; i < 50; i += 1) page.noteActivity();
  expect(called('noteActivity')).toBe(1);
});

it('opens nothing that needs the server while offline', async () => {
  end();
  await open({ scene: 'offline' });
  page.obey('create');
  expect(page.dialogs.current).toBeNull();
  await vi.waitFor(() => expect(page.actions.detail).not.toBeNull());
  page.obey('edit');
  expect(page.dialogs.current).toBeNull();
});
