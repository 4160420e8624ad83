import { untrack } from 'svelte';
import { asProblem } from '../errors';
import type { Problem } from '../host/primitives';
import { slowAfter } from './query.svelte';

export interface Page<Row> {
  total: number;
  rows: Row[];
}

export type PagesStatus =
  { type: 'idle' } | { type: 'loading'; slow: boolean } | { type: 'ready' } | { type: 'failed'; problem: Problem };

/** A list of any length of which only the pages in sight are fetched. */
export class Pages<Row, Reply extends Page<Row> = Page<Row>> {
  status = $state.raw<PagesStatus>({ type: 'idle' });
  total = $state(0);
  /** The newest reply, for what it says about the whole list. */
  reply = $state.raw<Reply | null>(null);
  #chunks = $state.raw<ReadonlyMap<number, Row[]>>(new Map());
  #asked = new Set<number>();
  #generation = 0;
  #ask: (offset: number, limit: number) => Promise<Reply>;
  readonly size: number;

  constructor(ask: (offset: number, limit: number) => Promise<Reply>, size = 200) {
    this.#ask = ask;
    this.size = size;
  }

  at(index: number): Row | undefined {
    return this.#chunks.get(Math.floor(index / this.size))?.[index % this.size];
  }

  /** Index of a loaded row, or -1. */
  findLoaded(wanted: (row: Row) => boolean): number {
    for (const [chunk, rows] of this.#chunks) {
      const within = rows.findIndex(wanted);
      if (within >= 0) return chunk * this.size + within;
    }
    return -1;
  }

  /** Asks from the start; what is in sight stays until the answer is there, unless it belongs to another question. */
  async reload({ afresh = false } = {}): Promise<void> {
    const generation = ++this.#generation;
    // An effect that asks must not depend on the answer.
    const known = untrack(() => this.status.type === 'ready');
    if (afresh || !known) {
      this.#chunks = new Map();
      this.total = 0;
      this.status = { type: 'loading', slow: false };
    }
    const timer = setTimeout(() => {
      if (generation === this.#generation && this.status.type === 'loading')
        this.status = { type: 'loading', slow: true };
    }, slowAfter);
    try {
      const wanted = untrack(() => (this.#chunks.size === 0 ? [0] : [...this.#chunks.keys()]));
      const replies = await Promise.all(wanted.map((chunk) => this.#ask(chunk * this.size, this.size)));
      if (generation !== this.#generation) return;
      this.#chunks = new Map(wanted.map((chunk, at) => [chunk, replies[at]?.rows ?? []]));
      this.#asked = new Set(wanted);
      this.reply = replies[0] ?? null;
      this.total = this.reply?.total ?? 0;
      this.status = { type: 'ready' };
    } catch (thrown) {
      if (generation === this.#generation) this.status = { type: 'failed', problem: asProblem(thrown) };
    } finally {
      clearTimeout(timer);
    }
  }

  /** Fetches what is missing between two indices; a page that fails is asked for again when it is next in sight. */
  async need(first: number, last: number): Promise<void> {
    if (this.status.type !== 'ready' || this.total === 0) return;
    const generation = this.#generation;
    const from = Math.floor(Math.max(0, first) / this.size);
    const to = Math.floor(Math.min(this.total - 1, last) / this.size);
    const missing = [];
    for (let chunk = from; chunk <= to; chunk += 1) if (!this.#asked.has(chunk)) missing.push(chunk);
    await Promise.all(
      missing.map(async (chunk) => {
        this.#asked.add(chunk);
        try {
          const reply = await this.#ask(chunk * this.size, this.size);
          if (generation === this.#generation) this.#chunks = new Map(this.#chunks).set(chunk, reply.rows);
        } catch {
          this.#asked.delete(chunk);
        }
      }),
    );
  }

  forget(): void {
    this.#generation += 1;
    this.#chunks = new Map();
    this.#asked = new Set();
    this.reply = null;
    this.total = 0;
    this.status = { type: 'idle' };
  }
}
