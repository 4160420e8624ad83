/** One's own history. */
import type { Host } from '../host';
import { daysOf, inQuery } from './history';
import type { FakeWorld } from './world';

export function myHistoryOf(fake: FakeWorld): Pick<Host, 'history' | 'proofStatus' | 'exportHistory'> {
  return {
    history: (query) =>
      fake.answer('history', [query], () => {
        const rows = inQuery(fake.world.history, query);
        return {
          total: rows.length,
          offset: query.offset,
          rows: rows.slice(query.offset, query.offset + query.limit),
          days: daysOf(rows),
        };
      }),
    proofStatus: () =>
      fake.answer('proofStatus', [], () => ({
        log: fake.state.log,
        entries: fake.world.history.length,
        since: fake.world.history.at(-1)?.at ?? null,
        pending: fake.world.history.filter((one) => one.proof === 'unsent').length,
        checkedAt: fake.now() - 4_000,
        checkpoint: { origin: 'northwind.example/claviger', size: 48_112, at: fake.now() - 4_000 },
        witnessed: false,
      })),
    exportHistory: (format, query) =>
      fake.answer('exportHistory', [format, query], () => ({
        path: `~/Documents/claviger-history.${format}`,
        rows: inQuery(fake.world.history, query).length,
      })),
  };
}
