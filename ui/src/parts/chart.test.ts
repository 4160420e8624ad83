import { expect, it } from 'vitest';
import { ceiling, chartDays } from './chart';

const now = new Date(2026, 2, 30, 12).getTime();

it('has every day of the range once, over the change of the clocks too', () => {
  const days = chartDays([{ day: '2026-03-29', reads: 3, changes: 1, other: 0, refused: 1 }], now, 7);
  expect(days.map((day) => day.day)).toEqual([
    '2026-03-24',
    '2026-03-25',
    '2026-03-26',
    '2026-03-27',
    '2026-03-28',
    '2026-03-29',
    '2026-03-30',
  ]);
  expect(days[5]?.total).toBe(5);
  expect(days[6]?.total).toBe(0);
});

it('draws up to a round number', () => {
  const day = (total: number) => [{ day: '', reads: total, changes: 0, other: 0, refused: 0, total }];
  expect(ceiling([])).toBe(5);
  expect(ceiling(day(12))).toBe(15);
  expect(ceiling(day(230))).toBe(250);
});
