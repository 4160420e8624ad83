/** Requests for access in every state. */
import type { AccessRequest } from '../requests';
import type { organization } from './organization';
import { day, hour } from './shapes';

type World = ReturnType<typeof organization>;

/** One's own and open, unless told otherwise. */
export function accessRequest(world: World, id: string, parts: Partial<AccessRequest>): AccessRequest {
  const by = parts.by ?? world.me;
  const mine = by === world.me;
  return {
    id,
    role: 'reader',
    roleName: 'Reader',
    place: parts.path ?? 'ledger/production',
    path: 'ledger/production',
    secret: null,
    seconds: 7_200,
    extends: false,
    reason: 'On call',
    by,
    at: 0,
    mine,
    state: { type: 'open' },
    steps: [],
    needed: 1,
    approvers: mine ? world.people.slice(0, 2) : [],
    lapsesAt: null,
    given: null,
    can: { approve: !mine, refuse: !mine, withdraw: mine, handBack: false },
    ...parts,
  };
}

export function seededAccess(world: World, start: number): AccessRequest[] {
  const over = { approve: false, refuse: false, withdraw: false, handBack: false };
  const given = { roleName: 'Reader', path: 'ledger/production', endedAt: null, endedBy: null, byRule: false };
  const made = (id: string, parts: Partial<AccessRequest>) => accessRequest(world, `access-${id}`, parts);
  return [
    made('1', {
      by: world.people[1] ?? world.me,
      path: 'payments/production',
      at: start - hour,
      reason: 'The nightly settlement hangs.',
    }),
    made('2', {
      by: world.people[2] ?? world.me,
      path: 'payments/staging',
      seconds: 3 * 86_400,
      at: start - 2 * hour,
      reason: 'Rehearse the ledger migration against payments.',
    }),
    made('3', { at: start - 3 * hour, reason: 'Compare balances after the incident.' }),
    made('4', {
      path: 'identity/staging',
      at: start - hour,
      reason: 'The new sign-in page fails in our tests.',
      state: { type: 'approved', at: start - hour, by: 'Lin Sato', lives: true },
      given: { ...given, path: 'identity/staging', endsAt: start + 5 * hour },
      can: { ...over, handBack: true },
    }),
    made('5', {
      at: start - 9 * day,
      state: { type: 'approved', at: start - 9 * day, by: 'Ines Moreau', lives: false },
      given: { ...given, endsAt: start - 9 * day + 4 * hour, endedAt: start - 9 * day + hour },
      can: over,
    }),
    made('6', {
      roleName: 'Editor',
      at: start - 30 * day,
      state: { type: 'refused', at: start - 30 * day, by: 'Ines Moreau', words: 'Reader would do to look.' },
      can: over,
    }),
  ];
}
