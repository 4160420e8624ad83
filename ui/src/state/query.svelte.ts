import { untrack } from 'svelte';
import { asProblem } from '../errors';
import type { Problem } from '../host/primitives';

export type Loaded<T> =
  | { type: 'idle' }
  /** `slow` after 200 ms: only then is a skeleton shown. */
  | { type: 'loading'; slow: boolean }
  | { type: 'ready'; value: T }
  | { type: 'failed'; problem: Problem };

export const slowAfter = 200;

/** One question to the host and what became of it. The newest question wins; asking again keeps the last answer in sight. */
export class Query<T> {
  status = $state.raw<Loaded<T>>({ type: 'idle' });
  /** Whether the newest question is still unanswered, even where an older answer is in sight. */
  pending = $state(false);
  #turn = 0;

  get value(): T | null {
    return this.status.type === 'ready' ? this.status.value : null;
  }

  async ask(question: () => Promise<T>, { afresh = false } = {}): Promise<void> {
    const turn = ++this.#turn;
    this.pending = true;
    // An effect that asks must not depend on the answer.
    const known = untrack(() => this.status.type === 'ready');
    if (afresh || !known) this.status = { type: 'loading', slow: false };
    const timer = setTimeout(() => {
      if (turn === this.#turn && this.status.type === 'loading') this.status = { type: 'loading', slow: true };
    }, slowAfter);
    try {
      const value = await question();
      if (turn === this.#turn) this.status = { type: 'ready', value };
    } catch (thrown) {
      if (turn === this.#turn) this.status = { type: 'failed', problem: asProblem(thrown) };
    } finally {
      clearTimeout(timer);
      if (turn === this.#turn) this.pending = false;
    }
  }

  /**
   * Goes on from the answer in sight, as to its next page. Where another one came into sight meanwhile, what is learned is no part of that
   * and is dropped; what fails is thrown, and leaves what is in sight.
   */
  async extend(further: (known: T) => Promise<T>): Promise<void> {
    const known = this.value;
    if (known === null) return;
    const value = await further(known);
    if (this.value === known) this.status = { type: 'ready', value };
  }

  forget(): void {
    this.#turn += 1;
    this.pending = false;
    this.status = { type: 'idle' };
  }
}
