import { asProblem } from '../errors';
import type { Id } from '../host/primitives';
import type { AnswerOutcome } from '../host/requests';
import type { Page } from '../state/page.svelte';

/** The most answers that the server takes in one call. */
export const mostAnswers = 100;

/**
 * Approves many, or with words refuses them, in as many calls as it takes. When a later one fails, those that were not
 * answered say why; when the first one does, it throws.
 */
export async function answeredInPortions(
  ids: Id[],
  ask: (portion: Id[]) => Promise<AnswerOutcome[]>,
): Promise<AnswerOutcome[]> {
  const outcomes: AnswerOutcome[] = [];
  for (let from = 0; from < ids.length; from += mostAnswers) {
    try {
      outcomes.push(...(await ask(ids.slice(from, from + mostAnswers))));
    } catch (thrown) {
      if (from === 0) throw thrown;
      const problem = asProblem(thrown);
      return [...outcomes, ...ids.slice(from).map((id) => ({ id, problem }))];
    }
  }
  return outcomes;
}

/** Says how many answers were taken, and the first reason why another was not. */
export function saidOutcomes(page: Pick<Page, 'toasts'>, outcomes: AnswerOutcome[], deed: string): void {
  const refused = outcomes.filter((one) => one.problem !== null);
  const taken = outcomes.length - refused.length;
  if (taken > 0) page.toasts.done(`${deed}: ${taken} of ${outcomes.length}.`);
  const first = refused[0]?.problem;
  if (first) page.toasts.problem(first);
}
