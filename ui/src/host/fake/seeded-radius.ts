/** What somebody of the invented company reaches, holds and leaves behind. */
import type { HoldingView, KnownValue, RadiusView, ReacherView, SuspectRef } from '../offboarding';
import type { Id } from '../primitives';
import type { PersonRef } from '../state';
import { roles } from './host-access';
import { day, hour, minute, refOf } from './shapes';
import type { FakeWorld } from './world';

type Lists = Pick<RadiusView, 'alone' | 'grants' | 'emergency' | 'devices' | 'sessions' | 'keys'>;

export function seededRadius({ start, world }: FakeWorld): Lists {
  return {
    alone: [
      ...world.secrets.slice(2, 3).map((one) => ({
        type: 'secret' as const,
        secret: { ...refOf(one), kind: one.kind, inBin: false },
      })),
      { type: 'team', team: { ...world.me, id: 'team-tax', name: 'Tax' } },
      { type: 'service', service: { ...world.me, id: 'service-2', name: 'payments-deploy' } },
    ],
    grants: ['payments', 'ledger/staging', 'identity'].map((path, nth) => ({
      id: `through-${nth}`,
      role: roles[nth % roles.length] ?? { id: 'role', name: 'Reader' },
      path,
      team: nth === 1 ? 'Ledger' : null,
      from: null,
      endsAt: nth === 2 ? start + 12 * day : null,
    })),
    emergency: [
      {
        id: 'right-9',
        role: { id: 'reader', name: 'Reader' },
        path: 'payments/production',
        endsAt: start + 70 * day,
      },
    ],
    devices: [
      {
        id: 'device-21',
        name: 'ThinkPad X1',
        system: 'Debian 12',
        seenAt: start - 4 * minute,
        leases: 6,
        leasedUntil: start + 7 * hour,
      },
      {
        id: 'device-23',
        name: 'MacBook Air',
        system: 'macOS 26',
        seenAt: start - 2 * day,
        leases: 0,
        leasedUntil: null,
      },
    ],
    sessions: [{ id: 'session-21', deviceName: 'ThinkPad X1', startedAt: start - 3 * hour, endsAt: start + 9 * hour }],
    keys: [
      {
        id: 'key-9',
        service: { ...world.me, id: 'service-1', name: 'payments-ci' },
        endsAt: start + 90 * day,
        lastUsedAt: start - hour,
      },
    ],
  };
}

export const holding = ({ start }: FakeWorld, person: PersonRef, nth: number): HoldingView => ({
  person,
  device: 'device-21',
  deviceName: nth % 3 === 1 ? 'Desk PC' : 'ThinkPad X1',
  way: (['revealed', 'copied', 'kept', 'readOffline', 'used'] as const)[nth % 5] ?? 'used',
  version: 3,
  times: (nth * 7) % 23 || 1,
  firstAt: start - 60 * day,
  lastAt: start - nth * 9 * hour - 20 * minute,
  keptUntil: nth % 5 === 2 ? start + 6 * hour : null,
});

export function knownOf(fake: FakeWorld, of: SuspectRef): KnownValue[] {
  const { start, world } = fake;
  const suspect = world.people.find(({ id }) => id === of.id) ?? world.people[4] ?? world.me;
  const secrets =
    of.kind === 'secret'
      ? world.secrets.filter(({ id }) => id === of.id)
      : world.secrets.filter((secret, nth) => !secret.knownOnly && nth % 11 === 3).slice(0, 17);
  return secrets.map((secret, nth) => ({
    secret: { ...refOf(secret), kind: secret.kind, inBin: nth === 5 },
    version: secret.currentVersion ?? 1,
    since: secret.rotation?.changedAt ?? start - 100 * day,
    owner: secret.owner,
    risk: Math.max(22, 98 - nth * 5),
    holdings:
      of.kind === 'secret'
        ? world.people.slice(0, 5).map((person, each) => holding(fake, person, each))
        : [holding(fake, suspect, nth), ...(nth % 4 === 0 ? [holding(fake, suspect, nth + 1)] : [])],
  }));
}

export function placeOf({ world }: FakeWorld, secret: Id) {
  const path = world.secrets.find((one) => one.id === secret)?.path;
  return world.places.find((place) => place.path === path);
}

export const reachersOf = (fake: FakeWorld, secret: Id): ReacherView[] =>
  [fake.world.people[1], fake.world.people[2], fake.world.people[4]].flatMap((person, nth) => {
    if (!person) return [];
    const role = roles[nth % roles.length] ?? { id: 'role', name: 'Reader' };
    const path = nth === 0 ? (placeOf(fake, secret)?.path ?? '') : 'payments';
    const through = { id: `reach-${nth}`, role, path, team: nth === 2 ? 'Ledger' : null, from: null, endsAt: null };
    return [{ person, reveals: nth < 2, through: [through] }];
  });
