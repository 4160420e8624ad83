import { expect, it } from 'vitest';
import type { AccessWay } from '../host/access';
import {
  abbreviations,
  columnNames,
  endWords,
  placeWords,
  standsWords,
  usedHere,
  usesWords,
  wayWords,
  within,
} from './access';

const day = 86_400_000;
const now = Date.UTC(2026, 10, 22, 12);
const way = (team: string | null, through: string | null) => ({ team, through }) as AccessWay;

it('says how a grant reaches somebody', () => {
  expect(wayWords(way(null, null))).toBe('given directly');
  expect(wayWords(way('Backend', null))).toBe('through the team Backend');
  expect(wayWords(way('Backend', 'Payments'))).toBe('through Payments, which is in the team Backend');
  expect(placeWords('')).toBe('Whole organization');
});

it('says when it was used and when it ends', () => {
  expect(usesWords({ lastAt: null, recent: 0 }, now)).toBe('never');
  expect(usesWords({ lastAt: now - 3 * day, recent: 2 }, now)).toBe('3 d');
  expect(usedHere({ lastAt: now - 3_600_000, recent: 1 }, now)).toBe('read here 1 hour ago, 1 time in 90 days');
  expect(usedHere({ lastAt: null, recent: 0 }, now)).toBe('read no value here');
  expect(endWords(null, now)).toBe('no end');
  expect(endWords(now + 6 * day, now)).toBe('in 6 d');
  expect(standsWords({ type: 'counts' }, now)).toBeNull();
  expect(standsWords({ type: 'unmet', words: ['x'] }, now)).toBe('not now');
});

it('names a column by what its place has beyond those that stand before it', () => {
  expect(
    columnNames(['', 'ledger', 'ledger/production', 'ledger/production/bank', 'ledger/staging', 'search']),
  ).toEqual(['Whole organization', 'ledger', '…/production', '…/bank', '…/staging', 'search']);
  // A page of its own, in the middle.
  expect(columnNames(['ledger/staging/mail', 'ledger/staging/queue'])).toEqual([
    'ledger/staging/mail',
    'ledger/staging/queue',
  ]);
});

it('leaves out of a path what stands above it', () => {
  expect(within('payments/production/stripe', 'payments')).toBe('production/stripe');
  expect(within('payments', 'payments')).toBe('payments');
  expect(within('payments', '')).toBe('payments');
  expect(within('', '')).toBe('Whole organization');
});

it('tells roles apart by as few letters as it takes', () => {
  expect(abbreviations(['Viewer', 'Reader', 'Owner', 'Offboarder'])).toEqual(['V', 'R', 'O', 'Of']);
});
