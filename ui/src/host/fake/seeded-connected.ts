/** Connected systems of the invented company: one that tells, and one that is down. */
import type { CaseAccountView, CaseSystemView, FoundSystemView } from '../offboarding';
import { minute } from './shapes';

export const foundSystems: FoundSystemView[] = [
  {
    system: 'github',
    kind: 'github',
    accounts: [
      {
        name: 'jonas-k',
        places: ['Member'],
        teams: { type: 'told', named: ['on-call', 'payments'], more: 0 },
        ambiguous: false,
      },
      { name: 'jk', places: ['Outside collaborator'], teams: null, ambiguous: true },
    ],
    said: null,
  },
  { system: 'reporting', kind: 'postgresql', accounts: [], said: null },
  { system: 'warehouse', kind: 'postgresql', accounts: [], said: 'It cannot be reached' },
];

export function connectedOf(at: number, done: boolean): CaseSystemView[] {
  const account = (id: string, name: string, places: string[], parts: Partial<CaseAccountView>): CaseAccountView => ({
    id,
    name,
    places,
    stands: 'gone',
    kept: null,
    said: null,
    since: null,
    nextAt: null,
    foundAt: at + 900,
    disabledAt: at + 1_200,
    removedAt: at + 1_700,
    verifiedAt: at + 2_100,
    accepted: null,
    ...parts,
  });
  const told = { askedAt: at + 900, said: null, since: null, nextAt: null, accepted: null };
  return [
    {
      ...told,
      system: 'github',
      kind: 'github',
      accounts: [account('account-1', 'jonas-k', ['Member', 'Team payments'], {})],
    },
    {
      ...told,
      system: 'reporting',
      kind: 'postgresql',
      accounts: [
        account('account-2', 'jonas', ['Login'], {
          stands: 'kept',
          removedAt: null,
          kept: 'It owns things, and nobody is named to whom they go',
        }),
      ],
    },
    done
      ? { ...told, system: 'warehouse', kind: 'postgresql', accounts: [] }
      : {
          system: 'warehouse',
          kind: 'postgresql',
          askedAt: null,
          said: 'It cannot be reached',
          since: at + 900,
          nextAt: at + 400 * minute,
          accepted: null,
          accounts: [],
        },
  ];
}
