import type { HistoryGroup, HistoryPage, HistoryQuery, HistoryRow, ProofStatus } from '../host/history';
import type { Host } from '../host/host';
import { duration, startOfDay, localDay } from '../words/time';
import type { Clock } from './clock.svelte';
import { Pages } from './pages.svelte';
import { Query } from './query.svelte';

export const ranges = [7, 30, 90, 365] as const;
export type RangeDays = (typeof ranges)[number];

/** The person's own history: a range, filters, and what proves it. */
export class MyHistory {
  readonly rows: Pages<HistoryRow, HistoryPage>;
  readonly proof = new Query<ProofStatus>();
  range = $state<RangeDays>(30);
  /** One day picked in the chart. */
  day = $state<string | null>(null);
  groups = $state.raw<HistoryGroup[]>([]);
  refusedOnly = $state(false);
  /** The chart keeps the whole range in sight while the table shows one day of it. */
  readonly chart = new Query<HistoryPage>();
  #host: Host;
  #clock: Clock;

  constructor(host: Host, clock: Clock) {
    this.#host = host;
    this.#clock = clock;
    this.rows = new Pages((offset, limit) => host.history({ ...this.query, offset, limit }));
  }

  get query(): HistoryQuery {
    const { from, to } = this.day === null ? this.#span() : oneDay(this.day);
    return { from, to, groups: this.groups, refusedOnly: this.refusedOnly, secret: null, offset: 0, limit: 0 };
  }

  async load(): Promise<void> {
    await Promise.all([this.proof.ask(() => this.#host.proofStatus()), this.#askChart(), this.rows.reload()]);
  }

  async setRange(range: RangeDays): Promise<void> {
    this.range = range;
    this.day = null;
    await Promise.all([this.#askChart(), this.rows.reload({ afresh: true })]);
  }

  async pickDay(day: string | null): Promise<void> {
    this.day = this.day === day ? null : day;
    await this.rows.reload({ afresh: true });
  }

  async toggleGroup(group: HistoryGroup): Promise<void> {
    this.groups = this.groups.includes(group) ? this.groups.filter((one) => one !== group) : [...this.groups, group];
    await this.rows.reload({ afresh: true });
  }

  async setRefusedOnly(on: boolean): Promise<void> {
    this.refusedOnly = on;
    await this.rows.reload({ afresh: true });
  }

  async clearFilters(): Promise<void> {
    this.groups = [];
    this.refusedOnly = false;
    this.day = null;
    await this.rows.reload({ afresh: true });
  }

  get filtered(): boolean {
    return this.groups.length > 0 || this.refusedOnly || this.day !== null;
  }

  forget(): void {
    this.rows.forget();
    this.proof.forget();
    this.chart.forget();
  }

  async #askChart(): Promise<void> {
    const { from, to } = this.#span();
    await this.chart.ask(() =>
      this.#host.history({ from, to, groups: [], refusedOnly: false, secret: null, offset: 0, limit: 0 }),
    );
  }

  #span(): { from: number; to: number } {
    const now = this.#clock.now();
    return { from: startOfDay(localDay(now - (this.range - 1) * duration.day)), to: now + duration.minute };
  }
}

function oneDay(day: string): { from: number; to: number } {
  const from = startOfDay(day);
  const next = new Date(from);
  next.setDate(next.getDate() + 1);
  return { from, to: next.getTime() };
}
