import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Toasts } from './toasts.svelte';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('lets a message leave, but not an alarm', () => {
  const toasts = new Toasts();
  toasts.done('Saved.');
  toasts.problem({ code: 'serverKeysChanged', message: '', detail: null, remedy: null });
  vi.advanceTimersByTime(60_000);
  expect(toasts.list.map((toast) => toast.severity)).toEqual(['alarm']);
});

it('does not take a message away from under the pointer', () => {
  const toasts = new Toasts();
  const id = toasts.done('Moved to the bin.', { label: 'Undo', run: () => undefined });
  toasts.hold(id);
  vi.advanceTimersByTime(60_000);
  expect(toasts.list).toHaveLength(1);
  toasts.release(id);
  vi.advanceTimersByTime(60_000);
  expect(toasts.list).toHaveLength(0);
});

it('shows the same words once', () => {
  const toasts = new Toasts();
  toasts.note('Offline.');
  toasts.note('Offline.');
  expect(toasts.list).toHaveLength(1);
});
