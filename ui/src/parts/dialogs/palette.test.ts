import { expect, it } from 'vitest';
import { fitting, matchWords } from './palette';

it('finds letters in order and prefers starts of words', () => {
  expect(matchWords('ns', 'New secret')).toEqual([0, 4]);
  expect(matchWords('lock', 'Lock')).toEqual([0, 1, 2, 3]);
  expect(matchWords('xq', 'Lock')).toBeNull();
});

it('puts the tightest match first', () => {
  const commands = (['Sync now', 'Settings', 'New secret'] as const).map((title) => ({
    command: 'sync' as const,
    title,
    chord: null,
  }));
  expect(fitting('se', commands).map((action) => action.title)[0]).toBe('Settings');
});
