/** How requests are approved, in words. */
import type { ApprovalRule, ApprovalSettings, NewRule } from '../../host/organization';
import type { PersonRef } from '../../host/state';
import { classNames, count } from '../../words/names';
import { spanWords } from '../access-state';
import { conditionWords } from '../giving/conditions';

const most = 5;

export const stepsOptions: readonly { value: number; label: string }[] = [
  { value: 0, label: 'as many as above it' },
  ...Array.from({ length: most }, (_, at) => ({ value: at + 1, label: count(at + 1, 'person', 'people') })),
];

/** What holds at the place, with what is set above it. */
export const inForce = {
  steps: ({ stepsInForce }: ApprovalSettings) => `At present: ${count(stepsInForce, 'person', 'people')}.`,
  rotations: ({ rotationsInForce }: ApprovalSettings) => `At present: ${rotationsInForce ? 'yes' : 'no'}.`,
};

type Parts = Pick<ApprovalRule, 'mostSeconds' | 'teams' | 'classes'> & { role: string | null };

function words({ role, mostSeconds, teams, classes }: Parts): string {
  const what = role === null ? 'Rotations' : `${role} for at most ${spanWords(mostSeconds ?? 0)}`;
  const where = classes.length === 0 ? '' : ` in ${classes.map((one) => classNames[one]).join(', ')}`;
  return `${what}, for members of ${teams.join(', ')}${where}.`;
}

export function ruleWords(rule: ApprovalRule): string {
  const said = words({ ...rule, role: rule.role?.name ?? null });
  return [said, ...rule.conditions, `${rule.author} answers for it.`].join(' ');
}

export function newRuleWords(
  rule: NewRule,
  roles: readonly { id: string; name: string }[],
  teams: readonly PersonRef[],
): string {
  const role = rule.role === null ? null : (roles.find((one) => one.id === rule.role)?.name ?? 'A role');
  const names = teams.filter((team) => rule.teams.includes(team.id)).map((team) => team.name);
  const said = words({ ...rule, role, teams: names });
  const conditions = conditionWords(rule.conditions);
  return conditions.length === 0 ? said : `${said} It counts: ${conditions.join('; ')}.`;
}
