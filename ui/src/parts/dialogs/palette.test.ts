import { expect, it } from 'vitest';
import { fitting, inOrder, isTight, matchWords } from './palette';

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

it('puts a group first whose best hit is what was meant', () => {
  expect(isTight([3, 4, 5])).toBe(true);
  expect(isTight([0, 4])).toBe(false);
  const groups = [
    { best: [0, 5, 9], lines: ['SMTP_PASSWORD'] },
    { best: [0, 1, 2], lines: ['Mara Okafor'] },
    { best: undefined, lines: [] },
  ];
  expect(inOrder(groups)).toEqual(['Mara Okafor', 'SMTP_PASSWORD']);
});
