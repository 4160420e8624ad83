import { expect, it } from 'vitest';
import { step } from './matrix-keys';

it('stays within the grid', () => {
  const at = { row: 0, column: 2 };
  expect(step('ArrowUp', at, 3, 4)).toEqual({ row: 0, column: 2 });
  expect(step('PageDown', at, 3, 4)).toEqual({ row: 2, column: 2 });
  expect(step('End', at, 3, 4)).toEqual({ row: 0, column: 3 });
  expect(step('ArrowRight', { row: 1, column: 3 }, 3, 4)).toEqual({ row: 1, column: 3 });
  expect(step('x', at, 3, 4)).toBeNull();
});
