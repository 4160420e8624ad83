/** A change that waits for a second owner, in words. */
import type { ProposalChange, ProposalGain } from '../../host/organization';
import { placeWords } from '../../words/access';
import { actionName } from '../../words/rights';

export function changeWords(change: ProposalChange): string {
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
