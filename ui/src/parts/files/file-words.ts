import type { PolicyChange, PolicyDelegation } from '../../host/policy-files';

const kinds = { role: 'Role', guardrail: 'Guardrail', grant: 'Grant' };

/** "Role Deployer". */
export const changeTitle = (change: PolicyChange): string => `${kinds[change.kind]} ${change.name}`;

/** What applying the files would do with it. */
export function changeBecomes({ differs, left, kind }: PolicyChange): string {
  if (differs === 'onlyInFile') return kind === 'grant' ? 'would be given' : 'would be made';
  if (differs === 'otherwise') return 'would be changed';
  if (left) return 'stays: no file ever had it';
  return kind === 'grant' ? 'would end' : 'would be deleted';
}

/** Where the difference comes from; nothing where no file was ever applied. */
export const sinceWords = {
  neverApplied: null,
  inFile: 'the file was edited',
  inOrganization: 'drift: changed outside of the files',
  both: 'drift: changed on both sides',
} as const;

/** "Gives and takes Reader and Editor, and changes roles." */
export function delegationWords({ mayGrant, roles, guardrails }: PolicyDelegation): string {
  const what = [
    mayGrant.length === 0 ? null : `gives and takes ${mayGrant.join(', ')}`,
    roles ? 'makes and changes roles' : null,
    guardrails ? 'makes and changes guardrails' : null,
  ].filter((words) => words !== null);
  const text = what.join('; ');
  return text === '' ? 'Changes nothing.' : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
