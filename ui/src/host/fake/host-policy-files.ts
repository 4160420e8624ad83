/** Policies as files of the invented company. */
import type { Host } from '../host';
import type { PolicyComparison, PolicyDelegation } from '../policy-files';
import { day, refusal } from './shapes';
import type { FakeWorld } from './world';

type FileCommands = 'exportPolicyFiles' | 'comparePolicyFiles' | 'policyDelegations' | 'delegatePolicyFiles';

const folder = '/home/samir/policy';
const person = (id: string, name: string) => ({
  id,
  name,
  initials: name
    .split(/[ -]/u)
    .map((word) => word.charAt(0).toUpperCase())
    .join('')
    .slice(0, 2),
  email: null,
  team: null,
});

const compared: PolicyComparison = {
  folder,
  files: 4,
  changes: [
    {
      path: 'roles.toml',
      kind: 'role',
      id: 'role-deployer',
      name: 'Deployer',
      differs: 'otherwise',
      since: 'inOrganization',
      left: false,
      fields: [{ field: 'actions', is: 'secret.use, secret.view', file: 'secret.use' }],
    },
    {
      path: 'grants/payments.toml',
      kind: 'grant',
      id: 'grant-1',
      name: 'Reader at payments/staging for Aoife Byrne',
      differs: 'onlyInFile',
      since: 'inFile',
      left: false,
      fields: [],
    },
    {
      path: 'grants/payments.toml',
      kind: 'grant',
      id: 'grant-2',
      name: 'Consumer at payments for Henrik Lund',
      differs: 'onlyInOrganization',
      since: 'neverApplied',
      left: true,
      fields: [],
    },
  ],
  problems: [{ path: 'guardrails.toml', message: 'line 3: this is no id' }],
};

export function policyFilesOf(fake: FakeWorld): Pick<Host, FileCommands> {
  const delegations: PolicyDelegation[] = [
    {
      grant: 'grant-files',
      service: person('service-policy', 'policy-deploy'),
      path: '',
      mayGrant: ['Reader', 'Editor'],
      roles: true,
      guardrails: false,
      endsAt: fake.now() + 80 * day,
      reason: 'access is reviewed in the repository',
      madeBy: person('person-samir', 'Samir Haddad'),
      approvedBy: person('person-ines', 'Ines Moreau'),
      madeAt: fake.now() - 10 * day,
    },
  ];
  return {
    exportPolicyFiles: () => fake.answer('exportPolicyFiles', [], () => ({ folder, files: 4 })),
    comparePolicyFiles: () => fake.answer('comparePolicyFiles', [], () => compared),
    policyDelegations: () => fake.answer('policyDelegations', [], () => delegations),
    delegatePolicyFiles: (draft, reason) =>
      fake.answer('delegatePolicyFiles', [draft, reason], () => {
        if (reason.trim() === '') throw refusal('reasonMissing');
        return 'proposed' as const;
      }),
  };
}
