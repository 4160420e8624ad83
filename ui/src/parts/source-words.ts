import type { HistoryRow } from '../host/history';

/** Where an entry came from: "ThinkPad X1, 10.2.8.14", "ThinkPad X1, offline". */
export function sourceWords(row: Pick<HistoryRow, 'device' | 'address' | 'offline'>): string {
  return [row.device, row.offline ? 'offline' : row.address].filter((part) => part !== null).join(', ');
}
