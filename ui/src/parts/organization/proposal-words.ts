/** A change that waits for a second owner, in words. */
import type { ProposalChange, ProposalGain } from '../../host/organization';
import { placeWords } from '../../words/access';
import { actionName } from '../../words/rights';
import { exact } from '../../words/time';

const guardrailWords = {
  new: (name: string) => `A new guardrail ${name}`,
  other: (name: string) => `The guardrail ${name} shall change`,
  on: (name: string) => `The guardrail ${name} shall be switched on`,
  off: (name: string) => `The guardrail ${name} shall be switched off`,
  deleted: (name: string) => `The guardrail ${name} shall be deleted`,
};

/** "The service deploy shall apply files at payments: give and take Reader, make roles; until 3 May 2027." */
function delegationWords(change: Extract<ProposalChange, { type: 'delegation' }>): string {
  const parts = [
    change.mayGrant.length > 0 ? `give and take ${change.mayGrant.join(', ')}` : '',
    change.roles ? 'make and change roles' : '',
    change.guardrails ? 'make and change guardrails' : '',
  ].filter((part) => part !== '');
  const what = parts.length > 0 ? parts.join('; ') : 'change nothing';
  return `The service ${change.service} shall apply files at ${placeWords(change.path)}: ${what}; until ${exact(change.endsAt)}`;
}

export function changeWords(change: ProposalChange): string {
  if (change.type === 'delegation') return delegationWords(change);
  if (change.type === 'guardrail') return guardrailWords[change.becomes](change.name);
  if (change.type === 'group') return `The group ${change.group} shall stand for the team ${change.team}`;
  const gives = change.mayGrant === null ? ', giving every role' : '';
  const some = change.mayGrant?.length ? `, giving ${change.mayGrant.join(', ')}` : gives;
  return change.known ? `The role ${change.name} shall change${some}` : `A new role ${change.name}${some}`;
}

/** "Mara Okafor would gain: give access; could give Reader; at payments." */
export function gainWords(gain: ProposalGain): string {
  const parts = [
    gain.actions.length > 0 ? gain.actions.map(actionName).join(', ') : '',
    gain.mayGrant.length > 0 ? `giving ${gain.mayGrant.join(', ')}` : '',
  ].filter((part) => part !== '');
  return `${gain.who} would gain at ${placeWords(gain.path)}: ${parts.join('; ')}.`;
}
