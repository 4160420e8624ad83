import type { Command } from './shortcuts';

/** Where a move in a list of `total` leads; -1 is "nothing selected yet". */
export function moved(command: Command, index: number, total: number, page: number): number | null {
  if (total === 0) return null;
  const to = {
    up: index - 1,
    down: index + 1,
    pageUp: index - page,
    pageDown: index + page,
    first: 0,
    last: total - 1,
  }[command as 'up'];
  if (to === undefined) return null;
  return Math.min(total - 1, Math.max(0, to));
}

/** As `moved`, but going round at the ends: for short lists in a palette. */
export function movedRound(step: 1 | -1, index: number, total: number): number {
  return total === 0 ? -1 : (index + step + total) % total;
}
