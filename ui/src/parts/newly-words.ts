import type { RequestEvidence } from '../host/requests';
import { actionName } from '../words/rights';

type Newly = RequestEvidence['newly'];

/** What would be allowed that is not yet: actions of the same reach together, in their order. */
export function newlyWords(newly: Newly): { actions: string; reach: string }[] {
  const byReach = new Map<string, string[]>();
  for (const one of newly) {
    const reach = `${counted(one.secrets, 'secret')} in ${counted(one.places, 'place')}`;
    byReach.set(reach, [...(byReach.get(reach) ?? []), actionName(one.action)]);
  }
  return [...byReach].map(([reach, actions]) => ({ actions: actions.join(', '), reach }));
}

function counted(count: number, one: string): string {
  return `${count.toLocaleString('en')} ${one}${count === 1 ? '' : 's'}`;
}
