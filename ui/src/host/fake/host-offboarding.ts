/** Offboarding in the invented company: cases that go on by themselves, blast radii, a leaked value. */
import type { Host } from '../host';
import type {
  CaseRotation,
  CaseView,
  EndedGrantView,
  EndedTeamView,
  HoldingView,
  KnownValue,
  LonelyTeamView,
  OwnerProgress,
  RadiusView,
  ReacherView,
  SuspectRef,
} from '../offboarding';
import type { PersonRef } from '../state';
import { roles } from './host-access';
import { connectedOf, foundSystems } from './seeded-connected';
import { caseOf, devices, effects, numbers, rotationsOf, seededCases, steps } from './seeded-cases';
import { day, hour, minute, refOf, refusal, textOf } from './shapes';
import type { FakeWorld } from './world';

type OffboardingCommands =
  | 'offboardingRights'
  | 'blastRadius'
  | 'lookUpLeak'
  | 'rehearseCase'
  | 'openCase'
  | 'cases'
  | 'case'
  | 'approveCase'
  | 'saveCaseReport'
  | 'cancelCase'
  | 'caseRotations'
  | 'acceptRotation'
  | 'acceptConnected'
  | 'endedGrants'
  | 'endedOf'
  | 'restoreGrants'
  | 'enablePerson'
  | 'brake'
  | 'setBrake';

/** So that there is another page. */
const knownPage = 12;

function ownersOf(rotations: readonly CaseRotation[]): OwnerProgress[] {
  const by = new Map<string, OwnerProgress>();
  for (const one of rotations) {
    const key = one.owner?.id ?? '';
    const known = by.get(key) ?? { owner: one.owner, all: 0, open: 0, accepted: 0, dueAt: null };
    known.all += 1;
    if (one.stands === 'open') {
      known.open += 1;
      known.dueAt = Math.min(known.dueAt ?? one.dueAt, one.dueAt);
    }
    if (one.stands === 'accepted') known.accepted += 1;
    by.set(key, known);
  }
  return [...by.values()];
}

export function offboardingOf(fake: FakeWorld): Pick<Host, OffboardingCommands> {
  const { start, world } = fake;
  let cases = fake.scene === 'empty' ? [] : seededCases(fake);
  const rotations = new Map<string, CaseRotation[]>([
    ['case-waiting', rotationsOf(fake, 1, start - 5 * hour)],
    ['case-done', rotationsOf(fake, 17, start - 20 * day)],
  ]);
  let brake = { peoplePerHour: 10, protected: world.people.slice(7, 8) };
  let ended: EndedGrantView[] = ['payments/production', 'payments/staging', 'ledger'].map((path, nth) => ({
    id: `ended-${nth}`,
    role: roles[nth % roles.length] ?? { id: 'role', name: 'Reader' },
    path,
    endsAt: nth === 1 ? start + 20 * day : null,
    conditions: nth === 2 ? ['Asks for a multi-factor sign-in in the last 15 minutes.'] : [],
    restored: false,
  }));
  let left: EndedTeamView[] = ['Payments', 'On call'].map((name, nth) => ({
    id: `team-${nth}`,
    name,
    restored: false,
  }));
  const personOf = (id: string): PersonRef => {
    const found = [...world.people, world.me].find((one) => one.id === id);
    if (!found) throw refusal('notFound');
    return found;
  };
  const find = (id: string): CaseView => {
    const found = cases.find((one) => one.id === id);
    if (!found) throw refusal('notFound');
    return found;
  };
  const change = (id: string, parts: Partial<CaseView>): CaseView => {
    cases = cases.map((one) => (one.id === id ? { ...one, ...parts } : one));
    return shown(find(id));
  };
  const shown = (one: CaseView): CaseView => ({
    ...one,
    left: one.left.filter(({ team }) => !fake.filled.has(team.id)),
    owners: ownersOf(rotations.get(one.id) ?? []),
  });
  const begin = (id: string, parts: Partial<CaseView> = {}): CaseView => {
    const at = fake.now();
    const online = devices(at, true).map((device) => ({ ...device, acknowledgedAt: null, afterMs: null }));
    return change(id, {
      stands: 'running',
      person: { ...find(id).person, active: false },
      begun: { clickedAt: at, at: at + 38, refusedAfterMs: 38, numbers },
      returnedAt: null,
      undoUntil: at + 30 * day,
      steps: steps(at, 1),
      effects,
      devices: online,
      connected: [],
      acknowledged: { count: 0, p50Ms: null, p99Ms: null },
      mayApprove: false,
      mayCancel: false,
      ...parts,
    });
  };
  /** Each look finds two more steps done. */
  const goOn = (one: CaseView): void => {
    if (one.stands !== 'running' || !one.begun) return;
    const { clickedAt } = one.begun;
    const done = Math.min(7, one.steps.filter((step) => step.state === 'done').length + 2);
    if (done === 7) rotations.set(one.id, rotationsOf(fake, 0, clickedAt));
    change(one.id, {
      steps: steps(clickedAt, done),
      devices: devices(clickedAt, true),
      acknowledged: { count: 2, p50Ms: 310, p99Ms: 420 },
      stands: done === 7 ? 'waiting' : 'running',
      connected: done === 7 ? connectedOf(clickedAt, false) : [],
    });
  };
  const holding = (person: PersonRef, nth: number): HoldingView => ({
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
  const knownOf = (of: SuspectRef): KnownValue[] => {
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
          ? world.people.slice(0, 5).map((person, each) => holding(person, each))
          : [holding(suspect, nth), ...(nth % 4 === 0 ? [holding(suspect, nth + 1)] : [])],
    }));
  };
  const placeOf = (id: string) => {
    const path = world.secrets.find((one) => one.id === id)?.path;
    return world.places.find((place) => place.path === path);
  };
  const reachersOf = (id: string): ReacherView[] =>
    [world.people[1], world.people[2], world.people[4]].flatMap((person, nth) => {
      if (!person) return [];
      const role = roles[nth % roles.length] ?? { id: 'role', name: 'Reader' };
      const path = nth === 0 ? (placeOf(id)?.path ?? '') : 'payments';
      const through = { id: `reach-${nth}`, role, path, team: nth === 2 ? 'Ledger' : null, from: null, endsAt: null };
      return [{ person, reveals: nth < 2, through: [through] }];
    });
  const lonelyTeams = (withHeir: boolean): LonelyTeamView[] => [
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
  const radius = (of: SuspectRef, after: string | null): RadiusView => {
    const known = knownOf(of);
    const quiet = of.kind === 'secret' || (of.kind === 'person' && of.id === world.people[3]?.id);
    const all = quiet && of.kind !== 'secret' ? [] : known;
    const places = world.places.filter((place) => place.depth === 2 && place.count > 0).slice(0, 12);
    const reach = quiet
      ? []
      : places.map((place) => ({
          id: place.id,
          path: place.path,
          class: place.class ?? ('unclassified' as const),
          secrets: place.count,
          actions: ['secret.use', 'secret.reveal'],
        }));
    const first = after === null;
    const person = of.kind === 'person' && !quiet;
    const secret = world.secrets.find(({ id }) => id === of.id);
    const name = {
      person: () => personOf(of.id).name,
      service: () => 'payments-ci',
      device: () => 'ThinkPad X1',
      session: () => 'Session on ThinkPad X1',
      secret: () => secret?.title ?? 'A secret that is gone',
    }[of.kind]();
    const sum = reach.reduce((total, place) => total + place.secrets, 0);
    return {
      of,
      name,
      whose: of.kind === 'device' || of.kind === 'session' ? (world.people[4] ?? null) : null,
      place: of.kind === 'secret' ? { id: placeOf(of.id)?.id ?? '', path: placeOf(of.id)?.path ?? '' } : null,
      at: fake.now(),
      digest: '9c1f40d2a7',
      numbers: {
        ...numbers,
        grants: quiet ? 0 : 3,
        places: reach.length,
        secrets: sum,
        emergency: person ? 1 : 0,
        known: all.length,
        seen: all.filter(({ holdings }) => holdings.some(({ way }) => way === 'revealed' || way === 'copied')).length,
        kept: all.filter(({ holdings }) => holdings.some(({ keptUntil }) => keptUntil !== null)).length,
        waiting: person ? 3 : 0,
        alone: person ? 3 : 0,
        devices: quiet ? 0 : 2,
        sessions: quiet ? 0 : 1,
        keys: person ? 1 : 0,
        reachers: of.kind === 'secret' ? 3 : 0,
      },
      known: first ? all.slice(0, knownPage) : all.slice(knownPage),
      reach: first ? reach : [],
      alone:
        first && person
          ? [
              ...world.secrets.slice(2, 3).map((one) => ({
                type: 'secret' as const,
                secret: { ...refOf(one), kind: one.kind, inBin: false },
              })),
              { type: 'team', team: { ...world.me, id: 'team-tax', name: 'Tax' } },
              { type: 'service', service: { ...world.me, id: 'service-2', name: 'payments-deploy' } },
            ]
          : [],
      reachers: of.kind === 'secret' ? reachersOf(of.id).slice(first ? 0 : 2, first ? 2 : 3) : [],
      grants:
        first && !quiet
          ? ['payments', 'ledger/staging', 'identity'].map((path, nth) => ({
              id: `through-${nth}`,
              role: roles[nth % roles.length] ?? { id: 'role', name: 'Reader' },
              path,
              team: nth === 1 ? 'Ledger' : null,
              from: null,
              endsAt: nth === 2 ? start + 12 * day : null,
            }))
          : [],
      emergency:
        first && person
          ? [
              {
                id: 'right-9',
                role: { id: 'reader', name: 'Reader' },
                path: 'payments/production',
                endsAt: start + 70 * day,
              },
            ]
          : [],
      waiting: {
        requests: person && first ? 2 : 0,
        rotations: 0,
        approvals: person && first ? 1 : 0,
        proposals: 0,
        answers: person && first ? 3 : 0,
        reviews: person && first ? 1 : 0,
      },
      devices:
        first && !quiet
          ? [
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
            ].slice(0, of.kind === 'device' ? 1 : 2)
          : [],
      sessions:
        first && !quiet
          ? [{ id: 'session-21', deviceName: 'ThinkPad X1', startedAt: start - 3 * hour, endsAt: start + 9 * hour }]
          : [],
      keys:
        first && person
          ? [
              {
                id: 'key-9',
                service: { ...world.me, id: 'service-1', name: 'payments-ci' },
                endsAt: start + 90 * day,
                lastUsedAt: start - hour,
              },
            ]
          : [],
      connected: first && person ? foundSystems : [],
      moreKnown: first && all.length > knownPage ? 'page-2' : null,
      moreReach: null,
      moreAlone: null,
      moreReachers: of.kind === 'secret' && first ? 'page-2' : null,
    };
  };
  const braking = (person: string) => (brake.protected.some(({ id }) => id === person) ? ('protected' as const) : null);

  return {
    offboardingRights: () => fake.answer('offboardingRights', [], () => fake.offboarding),
    blastRadius: (of, after) => fake.answer('blastRadius', [of, after], () => radius(of, after)),
    lookUpLeak: (value) =>
      fake.answer('lookUpLeak', [value.type], () => {
        const text = textOf(value).trim();
        const found = world.secrets.filter((secret) => secret.value === text).slice(0, 2);
        return {
          more: false,
          versions: found.map((secret, nth) => ({
            secret: { ...refOf(secret), kind: secret.kind, inBin: false },
            version: secret.currentVersion ?? 1,
            current: nth === 0,
            writtenAt: start - 80 * day,
            holdings: nth === 0 ? world.people.slice(3, 6).map((person, each) => holding(person, each)) : [],
          })),
        };
      }),
    rehearseCase: (person, heir) =>
      fake.answer('rehearseCase', [person, heir], () => {
        if (heir === person) throw refusal('unfitHeir');
        return {
          case: `case-new-${fake.nextId++}`,
          numbers,
          effects,
          rotations: 17,
          brake: braking(person),
          teams: lonelyTeams(heir !== null),
          moreTeams: false,
          connected: foundSystems,
        };
      }),
    openCase: (draft) =>
      fake.answer('openCase', [draft], () => {
        const known = cases.find(
          (one) => one.person.person.id === draft.person && !['done', 'cancelled'].includes(one.stands),
        );
        if (known) return { case: shown(known), merged: true };
        const at = fake.now();
        const braked = draft.start === null ? braking(draft.person) : null;
        const made = caseOf(draft.case, personOf(draft.person), at, world.me, {
          reason: draft.reason,
          heir: draft.heir === null ? null : personOf(draft.heir),
          brake: braked,
          person: { person: personOf(draft.person), kind: 'person', active: true },
          start: draft.start && {
            at: new Date(draft.start.local).getTime(),
            local: draft.start.local,
            zone: draft.start.zone,
          },
          stands: draft.start ? 'planned' : 'braked',
          begun: null,
          returnedAt: null,
          undoUntil: null,
          steps: [],
          effects: [],
          devices: [],
          connected: [],
          left: [],
          leftMore: false,
          acknowledged: { count: 0, p50Ms: null, p99Ms: null },
          mayCancel: true,
        });
        cases = [made, ...cases];
        return { case: draft.start || braked ? shown(made) : begin(made.id), merged: false };
      }),
    cases: (open, after) =>
      fake.answer('cases', [open, after], () => ({
        cases: cases
          .filter((one) => !open || !['done', 'cancelled'].includes(one.stands))
          .map((one) => ({
            id: one.id,
            person: one.person.person,
            byProvider: one.byProvider,
            stands: one.stands,
            openedBy: one.openedBy,
            openedAt: one.openedAt,
            start: one.start,
            begunAt: one.begun?.at ?? null,
            brake: one.brake,
            closedAt: one.closed?.at ?? null,
            openRotations: (rotations.get(one.id) ?? []).filter(({ stands }) => stands === 'open').length,
          })),
        next: null,
      })),
    case: (id) =>
      fake.answer('case', [id], () => {
        goOn(find(id));
        return shown(find(id));
      }),
    saveCaseReport: (id) => fake.answer('saveCaseReport', [id], () => '/home/ruth/offboarding-report.html'),
    approveCase: (id, startsAt) =>
      fake.answer('approveCase', [id, startsAt], () => {
        const approved = { by: world.me, at: fake.now(), reason: null };
        return find(id).stands === 'planned' ? change(id, { approved, mayApprove: false }) : begin(id, { approved });
      }),
    cancelCase: (id, reason) =>
      fake.answer('cancelCase', [id, reason], () =>
        change(id, {
          stands: 'cancelled',
          closed: { by: world.me, at: fake.now(), reason },
          mayApprove: false,
          mayCancel: false,
          person: { ...find(id).person, active: true },
        }),
      ),
    caseRotations: (id, after) =>
      fake.answer('caseRotations', [id, after], () => ({ rotations: rotations.get(id) ?? [], next: null })),
    acceptRotation: (id, secret, reason) =>
      fake.answer('acceptRotation', [id, secret, reason], () => {
        const settled = { by: world.me, at: fake.now(), reason };
        rotations.set(
          id,
          (rotations.get(id) ?? []).map((one) =>
            one.secret.id === secret ? { ...one, stands: 'accepted', settled } : one,
          ),
        );
      }),
    acceptConnected: (id, system, account, reason) =>
      fake.answer('acceptConnected', [id, system, account, reason], () => {
        const accepted = { by: world.me, at: fake.now(), reason };
        const settled = { said: null, since: null, nextAt: null, accepted };
        return change(id, {
          connected: find(id).connected.map((one) => {
            if (one.system !== system) return one;
            if (account === null) return { ...one, ...settled };
            const accounts = one.accounts.map((each) =>
              each.id === account ? { ...each, ...settled, stands: 'accepted' as const } : each,
            );
            return { ...one, accounts };
          }),
        });
      }),
    endedGrants: (id) => fake.answer('endedGrants', [id], () => ({ grants: ended, teams: left })),
    endedOf: (person) =>
      fake.answer('endedOf', [person], () => {
        const found = cases.find((one) => one.person.person.id === person && one.stands === 'waiting');
        return found ? { case: found.id, access: { grants: ended, teams: [] } } : null;
      }),
    restoreGrants: (id, grants, teams, reason) =>
      fake.answer('restoreGrants', [id, grants, teams, reason], () => {
        left = left.map((one) => (teams.includes(one.id) ? { ...one, restored: true } : one));
        ended = ended.map((one) => (grants.includes(one.id) ? { ...one, restored: true } : one));
      }),
    enablePerson: (person, reason) =>
      fake.answer('enablePerson', [person, reason], () => {
        cases = cases.map((one) =>
          one.person.person.id === person ? { ...one, person: { ...one.person, active: true } } : one,
        );
      }),
    brake: () => fake.answer('brake', [], () => brake),
    setBrake: (peoplePerHour, people) =>
      fake.answer('setBrake', [peoplePerHour, people], () => {
        brake = { peoplePerHour, protected: people.map(personOf) };
        return brake;
      }),
  };
}
