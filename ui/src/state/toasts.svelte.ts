import { wordingOf } from '../errors';
import type { Problem } from '../host/primitives';
import type { Severity } from '../problems/wording';

export interface Toast {
  id: number;
  severity: Severity | 'done';
  words: string;
  remedy: string | null;
  action: { label: string; run: () => void } | null;
}

const stays = { done: 5_000, note: 6_000, problem: 10_000, alarm: null } as const;
const staysWithAction = 12_000;

/** Short messages that leave by themselves, except alarms. */
export class Toasts {
  list = $state.raw<Toast[]>([]);
  #next = 1;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  done(words: string, action: Toast['action'] = null): number {
    return this.#add({ severity: 'done', words, remedy: null, action });
  }

  note(words: string, remedy: string | null = null): number {
    return this.#add({ severity: 'note', words, remedy, action: null });
  }

  problem(problem: Problem): number {
    const { severity, words, remedy } = wordingOf(problem);
    return this.#add({ severity, words, remedy, action: null });
  }

  dismiss(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  /** While a person points at or focuses a message, it does not leave. */
  hold(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  release(id: number): void {
    const toast = this.list.find((one) => one.id === id);
    if (toast) this.#leave(toast);
  }

  clear(): void {
    for (const { id } of this.list) this.dismiss(id);
  }

  #add(toast: Omit<Toast, 'id'>): number {
    const added = { ...toast, id: this.#next++ };
    const twin = this.list.find((one) => one.words === added.words && one.action === null);
    if (twin) this.dismiss(twin.id);
    this.list = [...this.list.slice(-3), added];
    this.#leave(added);
    return added.id;
  }

  #leave(toast: Toast): void {
    const after = toast.action ? staysWithAction : stays[toast.severity];
    if (after === null) return;
    clearTimeout(this.#timers.get(toast.id));
    this.#timers.set(
      toast.id,
      setTimeout(() => this.dismiss(toast.id), after),
    );
  }
}
