import { expect, it } from 'vitest';
import { marked } from './marked';

it('marks code points, not halves of them', () => {
  expect(marked('a😀b', [1])).toEqual([
    { text: 'a', hit: false },
    { text: '😀', hit: true },
    { text: 'b', hit: false },
  ]);
});

it('joins neighbours', () => {
  expect(marked('DATABASE', [0, 1, 4])).toEqual([
    { text: 'DA', hit: true },
    { text: 'TA', hit: false },
    { text: 'B', hit: true },
    { text: 'ASE', hit: false },
  ]);
});
