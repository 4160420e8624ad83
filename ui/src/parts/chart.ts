import type { DayCount } from '../host/history';
import { localDay, startOfDay } from '../words/time';

export interface ChartDay extends DayCount {
  total: number;
}

/** One entry for each of the last `range` local days, empty ones too, oldest first. */
export function chartDays(counts: readonly DayCount[], now: number, range: number): ChartDay[] {
  const known = new Map(counts.map((count) => [count.day, count]));
  const last = new Date(startOfDay(localDay(now)));
  return Array.from({ length: range }, (_, at) => {
    const when = new Date(last);
    when.setDate(last.getDate() - (range - 1 - at));
    const day = localDay(when.getTime());
    const { reads, changes, other, refused } = known.get(day) ?? { reads: 0, changes: 0, other: 0, refused: 0 };
    return { day, reads, changes, other, refused, total: reads + changes + other + refused };
  });
}

/** A round number above every column. */
export function ceiling(days: readonly ChartDay[]): number {
  const most = Math.max(0, ...days.map((day) => day.total));
  if (most <= 5) return 5;
  const unit = 10 ** Math.floor(Math.log10(most)) / 2;
  return Math.ceil(most / unit) * unit;
}

/** What is counted per day, from the bottom of a bar to its top. */
export const series = [
  { key: 'reads', label: 'Reads' },
  { key: 'changes', label: 'Changes' },
  { key: 'other', label: 'Other' },
  { key: 'refused', label: 'Refused' },
] as const;
