import { asProblem } from '../errors';
import type { Host } from '../host/host';
import type { Id, Problem } from '../host/primitives';
import type { AnyRequest } from '../host/requests';

/** What a page of earlier requests turned out to be. */
export interface Further {
  /** The first of what came, from the newest on. */
  first: Id | null;
  /** Nothing is left to ask for. */
  end: boolean;
}

/** Requests that only the server keeps. Its history begins with the newest, so that what is shown already is passed over. */
export class EarlierRequests {
  requests = $state.raw<AnyRequest[]>([]);
  /** All that the server keeps is here. */
  ended = $state(false);
  busy = $state(false);
  problem = $state.raw<Problem | null>(null);
  #host: Host;
  #next: string | null = null;
  #turn = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  /**
   * The next page that has something which is not in sight yet; null when that could not be learned, or something else is asked for meanwhile.
   */
  async more(shown: ReadonlySet<Id>): Promise<Further | null> {
    if (this.busy || this.ended) return null;
    const turn = ++this.#turn;
    this.busy = true;
    this.problem = null;
    try {
      for (;;) {
        const page = await this.#host.requestHistory(this.#next);
        if (turn !== this.#turn) return null;
        const there = new Set(this.requests.map((one) => one.id));
        const fresh = page.requests.filter((one) => !shown.has(one.id) && !there.has(one.id));
        this.requests = [...this.requests, ...fresh];
        this.#next = page.next;
        this.ended = page.next === null;
        if (fresh.length > 0 || this.ended) return { first: fresh[0]?.id ?? null, end: this.ended };
      }
    } catch (thrown) {
      if (turn === this.#turn) this.problem = asProblem(thrown);
      return null;
    } finally {
      if (turn === this.#turn) this.busy = false;
    }
  }

  /** Those in sight as they stand now: one may have been answered, handed back or taken back. */
  async again(): Promise<void> {
    if (this.requests.length === 0) return;
    const turn = this.#turn;
    const wanted = new Set(this.requests.map((one) => one.id));
    const fresh = new Map<Id, AnyRequest>();
    const oldest = Math.min(...this.requests.map((one) => one.at));
    try {
      for (let after: string | null = null; ;) {
        const page = await this.#host.requestHistory(after);
        for (const one of page.requests) if (wanted.has(one.id)) fresh.set(one.id, one);
        after = page.next;
        const last = page.requests.at(-1);
        if (after === null || fresh.size === wanted.size || (last !== undefined && last.at < oldest)) break;
      }
    } catch {
      // What was in sight stays; the list above says when the server cannot be asked.
      return;
    }
    if (turn === this.#turn && !this.busy) this.requests = this.requests.map((one) => fresh.get(one.id) ?? one);
  }

  forget(): void {
    this.#turn += 1;
    this.requests = [];
    this.#next = null;
    this.ended = false;
    this.busy = false;
    this.problem = null;
  }
}
