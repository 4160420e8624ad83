import type { AnswerOutcome } from '../host/requests';
import type { Page } from '../state/page.svelte';

/** Says how many answers were taken, and the first reason why another was not. */
export function saidOutcomes(page: Pick<Page, 'toasts'>, outcomes: AnswerOutcome[], deed: string): void {
  const refused = outcomes.filter((one) => one.problem !== null);
  const taken = outcomes.length - refused.length;
  if (taken > 0) page.toasts.done(`${deed}: ${taken} of ${outcomes.length}.`);
  const first = refused[0]?.problem;
  if (first) page.toasts.problem(first);
}
