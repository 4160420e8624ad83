import { beforeEach, expect, it } from 'vitest';
import { fakeHost, type FakeHost } from '../host/fake';
import { localDay } from '../words/time';
import { Clock } from './clock.svelte';
import { MyHistory } from './history.svelte';

let host: FakeHost;
let history: MyHistory;

beforeEach(async () => {
  host = fakeHost();
  history = new MyHistory(host, new Clock());
  await history.load();
});

it('counts in the chart what it shows in the table', () => {
  const days = history.chart.value?.days ?? [];
  const total = days.reduce((sum, day) => sum + day.reads + day.changes + day.other + day.refused, 0);
  expect(total).toBe(history.rows.total);
});

it('narrows to one day and back, while the chart keeps the range', async () => {
  const all = history.rows.total;
  const day = localDay(history.rows.at(0)?.at ?? 0);
  await history.pickDay(day);
  expect(history.rows.total).toBeLessThan(all);
  for (let i = 0; i < history.rows.total; i += 1) expect(localDay(history.rows.at(i)?.at ?? 0)).toBe(day);
  expect(history.chart.value?.total).toBe(all);
  await history.pickDay(day);
  expect(history.rows.total).toBe(all);
});

it('filters by group and by refusal', async () => {
  await history.toggleGroup('changes');
  expect(history.rows.at(0)?.group).toBe('changes');
  await history.setRefusedOnly(true);
  expect(history.rows.total).toBe(0);
  expect(history.filtered).toBe(true);
  await history.clearFilters();
  expect(history.filtered).toBe(false);
  expect(history.rows.total).toBeGreaterThan(0);
});
