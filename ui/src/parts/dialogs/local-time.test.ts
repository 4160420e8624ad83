import { expect, it } from 'vitest';
import { fromLocal, toLocal } from './local-time';

it('comes back to the minute, and an empty field is no time', () => {
  const at = new Date(2026, 2, 29, 9, 5).getTime();
  expect(toLocal(at)).toBe('2026-03-29T09:05');
  expect(fromLocal(toLocal(at))).toBe(at);
  expect(fromLocal('')).toBeNull();
});
