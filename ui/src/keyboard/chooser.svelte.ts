import { movedRound } from './list';

/**
 * Which line of a list is chosen by the field above it, which keeps the focus (the combobox of WAI-ARIA). Enter takes a line found for
 * what stands in the field: while that is still being looked up, it waits for it. A line that comes to lie under a resting pointer is
 * not pointed at.
 */
export class Chooser<T> {
  #at = $state(0);
  /** The Enter that waits for what is being looked up. */
  #enter = $state.raw<KeyboardEvent | null>(null);
  #pointer: string | null = null;
  #lines: () => readonly T[];
  #take: (line: T, event: KeyboardEvent) => void;
  #pending: () => boolean;

  /** Belongs to a component, and ends with it. */
  constructor(
    lines: () => readonly T[],
    take: (line: T, event: KeyboardEvent) => void,
    pending: () => boolean = () => false,
  ) {
    this.#lines = lines;
    this.#take = take;
    this.#pending = pending;
    $effect(() => {
      const event = this.#enter;
      if (event === null || this.#pending()) return;
      this.#enter = null;
      this.#takeLine(event);
    });
  }

  get at(): number {
    return Math.min(this.#at, Math.max(0, this.#lines().length - 1));
  }

  /** Other letters: the first line is the best again. */
  restart(): void {
    this.#at = 0;
    this.#enter = null;
  }

  onkeydown = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown') this.#move(1);
    else if (event.key === 'ArrowUp') this.#move(-1);
    else if (event.key !== 'Enter') return;
    else if (this.#pending()) this.#enter = event;
    else if (this.#lines().length > 0) this.#takeLine(event);
    else return;
    event.preventDefault();
  };

  /** The pointer is over a line. */
  point(event: MouseEvent, index: number): void {
    const here = `${event.screenX} ${event.screenY}`;
    if (this.#pointer !== null && this.#pointer !== here) this.#at = index;
    this.#pointer = here;
  }

  #move(step: 1 | -1): void {
    this.#at = movedRound(step, this.at, this.#lines().length);
    this.#enter = null;
  }

  #takeLine(event: KeyboardEvent): void {
    const line = this.#lines()[this.at];
    if (line !== undefined) this.#take(line, event);
  }
}
