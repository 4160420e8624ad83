import { localDay } from '../../words/time';
import type { DayCount, HistoryQuery, HistoryRow } from '../history';

export function inQuery(rows: readonly HistoryRow[], query: HistoryQuery): HistoryRow[] {
  return rows.filter(
    (row) =>
      row.at >= query.from &&
      row.at < query.to &&
      (query.groups.length === 0 || query.groups.includes(row.group)) &&
      (!query.refusedOnly || row.refused !== null) &&
      (query.secret === null || row.secret?.id === query.secret),
  );
}

export function daysOf(rows: readonly HistoryRow[]): DayCount[] {
  const days = new Map<string, DayCount>();
  for (const row of rows) {
    const day = localDay(row.at);
    const count = days.get(day) ?? { day, reads: 0, changes: 0, other: 0, refused: 0 };
    if (row.refused !== null) count.refused += 1;
    else if (row.group === 'reads') count.reads += 1;
    else if (row.group === 'changes') count.changes += 1;
    else count.other += 1;
    days.set(day, count);
  }
  return [...days.values()].sort((a, b) => a.day.localeCompare(b.day));
}
