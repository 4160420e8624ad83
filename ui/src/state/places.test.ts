import { expect, it } from 'vitest';
import type { Place } from '../host/places';
import { lineFor, treeLines } from './places';

function place(path: string): Place {
  const segments = path.split('/');
  return {
    id: path,
    parent: segments.length > 1 ? segments.slice(0, -1).join('/') : null,
    name: segments.at(-1) ?? '',
    path,
    depth: segments.length,
    class: null,
    count: 1,
    rights: { create: false, keepOffline: false },
    offlineFor: null,
    keptOffline: null,
  };
}

const places = ['payments', 'payments/production', 'payments/production/stripe', 'ledger'].map(place);

it('shows environments of open projects only, and nothing deeper', () => {
  expect(treeLines(places, new Set()).map((line) => line.place.path)).toEqual(['payments', 'ledger']);
  const lines = treeLines(places, new Set(['payments', 'payments/production']));
  expect(lines.map((line) => line.place.path)).toEqual(['payments', 'payments/production', 'ledger']);
  expect(lines.map((line) => line.hasChildren)).toEqual([true, false, false]);
});

it('finds the line that holds a path by segments', () => {
  expect(lineFor(places, 'payments/production/stripe')?.path).toBe('payments/production');
  expect(lineFor(places, 'payments/production-2')?.path).toBe('payments');
  expect(lineFor(places, 'unknown')).toBeNull();
});
