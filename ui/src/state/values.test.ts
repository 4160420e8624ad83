import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Host } from '../host/host';
import type { RevealReply } from '../host/values';
import { Clock } from './clock.svelte';
import { Values } from './values.svelte';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function hostWith(parts: Partial<Host>): Host {
  return parts as Host;
}

const reply = (): RevealReply => ({
  value: { type: 'text', text: 's3cret' },
  hidesAt: Date.now() + 30_000,
  offline: false,
});

it('hides a revealed value when its time is over', async () => {
  const values = new Values(hostWith({ revealValue: () => Promise.resolve(reply()) }), new Clock());
  await values.reveal('a');
  expect(values.shown?.value).toEqual({ type: 'text', text: 's3cret' });
  vi.advanceTimersByTime(29_000);
  expect(values.shown).not.toBeNull();
  vi.advanceTimersByTime(1_000);
  expect(values.shown).toBeNull();
});

it('shows nothing when the person has gone elsewhere before the answer', async () => {
  let answer!: (value: RevealReply) => void;
  const values = new Values(
    hostWith({ revealValue: () => new Promise<RevealReply>((resolve) => (answer = resolve)) }),
    new Clock(),
  );
  const revealing = values.reveal('a');
  values.hide();
  answer(reply());
  await revealing;
  expect(values.shown).toBeNull();
});

it('counts down what was copied and forgets it even if the message of the host is lost', async () => {
  const values = new Values(
    hostWith({ copyValue: () => Promise.resolve({ clearsAt: Date.now() + 30_000, offline: true }) }),
    new Clock(),
  );
  await values.copy('a', 'DATABASE_URL');
  expect(values.copied).toMatchObject({ name: 'DATABASE_URL', offline: true });
  vi.advanceTimersByTime(31_000);
  expect(values.copied).toBeNull();
});

it('clears the clipboard when asked', async () => {
  const clearClipboard = vi.fn(() => Promise.resolve());
  const values = new Values(
    hostWith({ clearClipboard, copyValue: () => Promise.resolve({ clearsAt: Date.now() + 30_000, offline: false }) }),
    new Clock(),
  );
  await values.copy('a', 'X');
  await values.clear();
  expect(clearClipboard).toHaveBeenCalledOnce();
  expect(values.copied).toBeNull();
});
