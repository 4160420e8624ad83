/** Offboarding in the invented company: cases, what they ended, and the brake. */
import type { Host } from '../host';
import type { EndedGrantView, EndedTeamView } from '../offboarding';
import { roles } from './host-access';
import { Cases } from './cases';
import { caseOf, effects, lonelyTeams, numbers } from './seeded-cases';
import { foundSystems } from './seeded-connected';
import { day, refusal } from './shapes';
import type { FakeWorld } from './world';

type OffboardingCommands =
  | 'offboardingRights'
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

export function offboardingOf(fake: FakeWorld): Pick<Host, OffboardingCommands> {
  const { start, world } = fake;
  const cases = new Cases(fake);
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
  const braking = (person: string) => (brake.protected.some(({ id }) => id === person) ? ('protected' as const) : null);

  return {
    offboardingRights: () => fake.answer('offboardingRights', [], () => fake.offboarding),
    rehearseCase: (person, heir) =>
      fake.answer('rehearseCase', [person, heir], () => {
        if (heir === person) throw refusal('unfitHeir');
        return {
          case: `case-new-${fake.nextId++}`,
          numbers,
          effects,
          rotations: 17,
          brake: braking(person),
          teams: lonelyTeams(fake, heir !== null),
          moreTeams: false,
          connected: foundSystems,
        };
      }),
    openCase: (draft) =>
      fake.answer('openCase', [draft], () => {
        const known = cases.all.find(
          (one) => one.person.person.id === draft.person && !['done', 'cancelled'].includes(one.stands),
        );
        if (known) return { case: cases.shown(known), merged: true };
        const at = fake.now();
        const braked = draft.start === null ? braking(draft.person) : null;
        const made = caseOf(draft.case, fake.person(draft.person), at, world.me, {
          reason: draft.reason,
          heir: draft.heir === null ? null : fake.person(draft.heir),
          brake: braked,
          person: { person: fake.person(draft.person), kind: 'person', active: true },
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
        cases.all = [made, ...cases.all];
        return { case: draft.start || braked ? cases.shown(made) : cases.begin(made.id), merged: false };
      }),
    cases: (open, after) =>
      fake.answer('cases', [open, after], () => ({
        cases: cases.all
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
            openRotations: (cases.rotations.get(one.id) ?? []).filter(({ stands }) => stands === 'open').length,
          })),
        next: null,
      })),
    case: (id) =>
      fake.answer('case', [id], () => {
        cases.goOn(cases.find(id));
        return cases.shown(cases.find(id));
      }),
    saveCaseReport: (id) => fake.answer('saveCaseReport', [id], () => '/home/ruth/offboarding-report.html'),
    approveCase: (id, startsAt) =>
      fake.answer('approveCase', [id, startsAt], () => {
        const approved = { by: world.me, at: fake.now(), reason: null };
        return cases.find(id).stands === 'planned'
          ? cases.change(id, { approved, mayApprove: false })
          : cases.begin(id, { approved });
      }),
    cancelCase: (id, reason) =>
      fake.answer('cancelCase', [id, reason], () =>
        cases.change(id, {
          stands: 'cancelled',
          closed: { by: world.me, at: fake.now(), reason },
          mayApprove: false,
          mayCancel: false,
          person: { ...cases.find(id).person, active: true },
        }),
      ),
    caseRotations: (id, after) =>
      fake.answer('caseRotations', [id, after], () => ({ rotations: cases.rotations.get(id) ?? [], next: null })),
    acceptRotation: (id, secret, reason) =>
      fake.answer('acceptRotation', [id, secret, reason], () => {
        const settled = { by: world.me, at: fake.now(), reason };
        cases.rotations.set(
          id,
          (cases.rotations.get(id) ?? []).map((one) =>
            one.secret.id === secret ? { ...one, stands: 'accepted', settled } : one,
          ),
        );
      }),
    acceptConnected: (id, system, account, reason) =>
      fake.answer('acceptConnected', [id, system, account, reason], () => {
        const accepted = { by: world.me, at: fake.now(), reason };
        const settled = { said: null, since: null, nextAt: null, accepted };
        return cases.change(id, {
          connected: cases.find(id).connected.map((one) => {
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
        const found = cases.all.find((one) => one.person.person.id === person && one.stands === 'waiting');
        return found ? { case: found.id, access: { grants: ended, teams: [] } } : null;
      }),
    restoreGrants: (id, grants, teams, reason) =>
      fake.answer('restoreGrants', [id, grants, teams, reason], () => {
        left = left.map((one) => (teams.includes(one.id) ? { ...one, restored: true } : one));
        ended = ended.map((one) => (grants.includes(one.id) ? { ...one, restored: true } : one));
      }),
    enablePerson: (person, reason) =>
      fake.answer('enablePerson', [person, reason], () => {
        cases.all = cases.all.map((one) =>
          one.person.person.id === person ? { ...one, person: { ...one.person, active: true } } : one,
        );
      }),
    brake: () => fake.answer('brake', [], () => brake),
    setBrake: (peoplePerHour, people) =>
      fake.answer('setBrake', [peoplePerHour, people], () => {
        brake = { peoplePerHour, protected: people.map((id) => fake.person(id)) };
        return brake;
      }),
  };
}
