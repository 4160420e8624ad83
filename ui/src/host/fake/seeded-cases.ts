/** Cases of the invented company, one of each kind. */
import type {
  CaseDeviceView,
  CaseEffect,
  CaseRotation,
  CaseStep,
  CaseView,
  LonelyTeamView,
  RadiusNumbers,
} from '../offboarding';
import type { PersonRef } from '../state';
import { roles } from './host-access';
import { connectedOf } from './seeded-connected';
import { day, hour, minute, refOf } from './shapes';
import type { FakeWorld } from './world';

export const stepKinds = ['access', 'grants', 'teams', 'requests', 'ownership', 'rotations', 'connected'] as const;

export const effects: CaseEffect[] = [
  { kind: 'session', all: 4, restored: 0 },
  { kind: 'device', all: 3, restored: 0 },
  { kind: 'grant', all: 23, restored: 0 },
  { kind: 'emergencyRight', all: 1, restored: 0 },
  { kind: 'localTeam', all: 2, restored: 0 },
  { kind: 'request', all: 2, restored: 0 },
  { kind: 'approval', all: 1, restored: 0 },
  { kind: 'secretOwner', all: 3, restored: 0 },
];

export const numbers: RadiusNumbers = {
  grants: 23,
  places: 12,
  secrets: 214,
  emergency: 1,
  known: 17,
  seen: 9,
  kept: 6,
  waiting: 3,
  alone: 4,
  devices: 3,
  sessions: 4,
  keys: 1,
  reachers: 0,
};

export function steps(at: number, done: number): CaseStep[] {
  return stepKinds.map((kind, nth) => ({
    kind,
    state: nth < done ? 'done' : 'open',
    attempts: 0,
    said: null,
    nextAt: nth < done ? null : at,
    doneAt: nth < done ? at + nth * 90 : null,
  }));
}

export function devices(at: number, away: boolean): CaseDeviceView[] {
  const device = (id: string, name: string, system: string, parts: Partial<CaseDeviceView> = {}): CaseDeviceView => ({
    id,
    name,
    system,
    orderedAt: at,
    leasedUntil: at + 7 * day,
    acknowledgedAt: at + 310,
    afterMs: 310,
    ...parts,
  });
  return [
    device('device-21', 'ThinkPad X1', 'Debian 12'),
    device('device-22', 'Desk PC', 'Fedora 42', { acknowledgedAt: at + 420, afterMs: 420 }),
    device('device-23', 'MacBook Air', 'macOS 26', away ? { acknowledgedAt: null, afterMs: null } : { afterMs: 512 }),
  ];
}

export function rotationsOf({ world, start }: FakeWorld, settled: number, at: number): CaseRotation[] {
  const ways = ['revealed', 'copied', 'kept', 'readOffline', 'used'] as const;
  return world.secrets
    .filter((secret) => !secret.knownOnly)
    .slice(0, 17)
    .map((secret, nth): CaseRotation => {
      const risk = Math.max(22, 98 - nth * 5);
      const stands = nth < settled ? 'changed' : nth === settled && settled > 0 ? 'accepted' : 'open';
      const by = world.people[nth % 3] ?? world.me;
      return {
        secret: { ...refOf(secret), kind: secret.kind, inBin: nth === 8 },
        version: secret.currentVersion ?? 1,
        way: ways[Math.floor(nth / 4)] ?? 'used',
        risk,
        owner: nth === 11 ? null : by,
        dueAt: at + (risk >= 80 ? 1 : risk >= 60 ? 3 : risk >= 40 ? 7 : 14) * day,
        stands,
        settled:
          stands === 'open'
            ? null
            : { by, at: start - 2 * hour, reason: stands === 'accepted' ? 'A test key without any rights.' : null },
      };
    });
}

export function caseOf(id: string, person: PersonRef, at: number, by: PersonRef, parts: Partial<CaseView>): CaseView {
  return {
    id,
    person: { person, kind: 'person', active: false },
    byProvider: false,
    stands: 'running',
    reason: 'Leaves for another company.',
    openedBy: by,
    openedAt: at,
    heir: null,
    start: null,
    brake: null,
    approved: null,
    begun: { clickedAt: at, at: at + 42, refusedAfterMs: 42, numbers },
    closed: null,
    returnedAt: null,
    undoUntil: at + 30 * day,
    voices: [],
    steps: steps(at, 7),
    effects,
    devices: devices(at, false),
    acknowledged: { count: 3, p50Ms: 420, p99Ms: 512 },
    owners: [],
    connected: connectedOf(at, true),
    left: [],
    leftMore: false,
    mayApprove: false,
    mayCancel: false,
    ...parts,
  };
}

/** Not begun yet. */
const ahead = {
  begun: null,
  undoUntil: null,
  steps: [],
  effects: [],
  devices: [],
  connected: [],
  acknowledged: { count: 0, p50Ms: null, p99Ms: null },
};

export function seededCases({ world, start }: FakeWorld): CaseView[] {
  const person = (nth: number) => world.people[nth] ?? world.me;
  const active = (nth: number) => ({ person: person(nth), kind: 'person' as const, active: true });
  const [mara, lin] = [person(0), person(1)];
  return [
    caseOf('case-waiting', person(4), start - 5 * hour, lin, {
      stands: 'waiting',
      heir: mara,
      devices: devices(start - 5 * hour, true),
      connected: connectedOf(start - 5 * hour, false),
      left: [
        {
          team: { ...world.me, id: 'team-payments', name: 'Payments' },
          since: start - 5 * hour,
          services: [{ ...world.me, id: 'service-1', name: 'payments-ci' }],
          moreServices: 2,
        },
        { team: { ...world.me, id: 'team-tax', name: 'Tax' }, since: start - 5 * hour, services: [], moreServices: 0 },
      ],
      acknowledged: { count: 2, p50Ms: 310, p99Ms: 420 },
      voices: [{ by: mara, at: start - 4 * hour, reason: 'People Operations asked me, too.' }],
    }),
    caseOf('case-braked', person(7), start - 12 * minute, lin, {
      ...ahead,
      stands: 'braked',
      brake: 'protected',
      reason: 'Account may be stolen.',
      steps: [],
      effects: [],
      devices: [],
      mayApprove: true,
      mayCancel: true,
    }),
    caseOf('case-planned', person(5), start - day, world.me, {
      ...ahead,
      stands: 'planned',
      person: active(5),
      heir: person(2),
      start: { at: start + 5 * day, local: '2026-11-27T18:00:00', zone: 'Europe/Berlin' },
      reason: 'Last day is Friday.',
      steps: [],
      effects: [],
      devices: [],
      mayCancel: true,
    }),
    caseOf('case-done', person(3), start - 20 * day, lin, {
      stands: 'done',
      byProvider: true,
      openedBy: null,
      reason: 'Disabled at the identity provider.',
      person: active(3),
      closed: { by: null, at: start - 12 * day, reason: null },
    }),
    caseOf('case-cancelled', person(2), start - 40 * day, lin, {
      ...ahead,
      stands: 'cancelled',
      person: active(2),
      closed: { by: mara, at: start - 39 * day, reason: 'Stays after all.' },
      steps: [],
      effects: [],
      devices: [],
    }),
  ];
}

export const lonelyTeams = ({ world }: FakeWorld, withHeir: boolean): LonelyTeamView[] => [
  {
    team: { ...world.me, id: 'team-tax', name: 'Tax' },
    services: [{ ...world.me, id: 'service-2', name: 'payments-deploy' }],
    moreServices: 0,
    holds: [{ role: roles[0] ?? { id: 'role', name: 'Reader' }, path: 'ledger/tax' }],
    moreHolds: 1,
    heirMay: withHeir,
  },
  {
    team: { ...world.me, id: 'team-audit', name: 'Audit' },
    services: [],
    moreServices: 0,
    holds: [],
    moreHolds: 0,
    heirMay: false,
  },
];
