/** Requests in every state. */
import type { AnyRequest, RotationRequest } from '../requests';
import { type FakeSecret, organization } from './organization';
import { accessRequest } from './seeded-access';
import { day, hour, refOf } from './shapes';

/** Somebody who leads there has to approve it first. */
const waiting = { canApprove: true, canFulfil: false, waitsForApproval: true };

export function seededRequests(world: ReturnType<typeof organization>, start: number): RotationRequest[] {
  const made = (
    n: number,
    i: number,
    by: number,
    reason: string,
    ago: number,
    end: RotationRequest['state'],
  ): RotationRequest => ({
    id: `seed-${n}`,
    secret: refOf(world.secrets[i] as FakeSecret),
    reason,
    by: by < 0 ? world.me : (world.people[by] ?? world.me),
    at: start - ago,
    mine: by < 0,
    canAnswer: by >= 0,
    canFulfil: by >= 0,
    canApprove: false,
    canWithdraw: by < 0 && end.type === 'open',
    waitsForApproval: false,
    state: end,
  });
  return [
    made(1, 8, 4, 'A contractor who left on Friday had read it on a laptop of his own.', 2 * hour, { type: 'open' }),
    made(2, 12, 3, 'It was pasted into a ticket by mistake; the ticket is deleted, but mails went out.', 26 * hour, {
      type: 'open',
    }),
    { ...made(3, 5, 0, 'Moving to the new cluster next week.', 3 * day, { type: 'open' }), ...waiting },
    made(4, 2, -1, 'The webhook endpoint logged its headers for two days.', 5 * hour, { type: 'open' }),
    made(5, 41, -1, 'Older than 90 days.', 12 * day, {
      type: 'done',
      at: start - 11 * day,
      by: 'Mara Okafor',
      version: 4,
    }),
    made(6, 47, -1, 'I am not sure who else has it.', 30 * day, {
      type: 'refused',
      at: start - 29 * day,
      by: 'Ines Moreau',
      words: 'It was rotated the day before; see version 3.',
    }),
    made(7, 52, 5, 'Quarterly change.', 40 * day, {
      type: 'done',
      at: start - 38 * day,
      by: 'Aoife Byrne',
      version: 2,
    }),
  ];
}

/** Of years ago: the server has them, the device does not. */
export function olderRequests(world: ReturnType<typeof organization>, start: number): AnyRequest[] {
  return Array.from({ length: 14 }, (_, n) => {
    const at = start - (400 + 20 * n) * day;
    const path = n % 2 === 0 ? 'payments/production' : 'ledger/staging';
    return {
      type: 'access',
      ...accessRequest(world, `older-${n + 1}`, {
        by: world.people[n % 3],
        path,
        at,
        reason: `The release of ${1 + (n % 12)} weeks ago.`,
        state: { type: 'approved', at, by: 'Aoife Byrne', lives: false },
        given: { roleName: 'Reader', path, endsAt: at + 2 * hour, endedAt: null, endedBy: null, byRule: n % 4 === 0 },
        can: { approve: false, refuse: false, withdraw: false, handBack: false },
      }),
    };
  });
}
