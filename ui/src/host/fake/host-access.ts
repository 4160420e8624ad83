/** Who has what, in the invented company: roles by place, a team within a team, a guardrail, and plans that grow stale. */
import type { AccessPerson, AccessWay, GrantStep, PrincipalView, RoleRef, VerdictView } from '../access';
import type { Host } from '../host';
import type { PersonRef } from '../state';
import { day, hour, refusal } from './shapes';
import type { FakeWorld } from './world';

export const roles = ['Viewer', 'Consumer', 'Reader', 'Editor', 'Lead'].map((name): RoleRef => ({
  id: `role-${name}`,
  name,
}));
const steps: GrantStep[] = ['shorten', 'narrow', 'revoke'];
const yes: VerdictView = { allowed: true, words: 'A grant gives it, and no guardrail forbids it.', guardrails: [] };
const no: VerdictView = {
  allowed: false,
  words: 'A guardrail forbids it, whatever the grants say.',
  guardrails: ['People from outside have an end'],
};

type AccessCommands =
  | 'accessPlaces'
  | 'signInAfresh'
  | 'accessAt'
  | 'accessOf'
  | 'accessMatrix'
  | 'accessPeople'
  | 'lesserRoles'
  | 'planGrantChange'
  | 'changeGrant'
  | 'explain';

/** All of it, where an Owner looks and gives. */
const whole = { id: 'root', path: '', depth: 0, class: null, mayGive: true };

export function accessOf(fake: FakeWorld): Pick<Host, AccessCommands> {
  const taken = new Map<string, 'revoked' | 'changed'>();
  const role = (number: number) => roles[number % roles.length] as RoleRef;
  const principal = (person: PersonRef, at: number): PrincipalView => ({
    person,
    kind: at % 9 === 8 ? 'service' : 'person',
    active: at % 11 !== 10,
  });
  const places = () =>
    fake.world.places.map(({ id, path, depth, class: kind }) => ({ id, path, depth, class: kind, mayGive: depth > 1 }));

  function way(number: number, place: { id: string; path: string }, part: Partial<AccessWay> = {}): AccessWay {
    return {
      grant: `grant-${place.id}-${number}`,
      role: role(number),
      place: place.id,
      path: place.path,
      inherited: false,
      team: null,
      through: null,
      reason: 'On call for payments this quarter',
      givenBy: 'Aoife Byrne',
      givenAt: fake.start - (20 + number) * day,
      from: null,
      endsAt: number % 3 === 0 ? fake.start + (3 + number) * day : null,
      conditions: [],
      zone: null,
      stands: { type: 'counts' },
      uses:
        number % 4 === 3
          ? { lastAt: null, recent: 0 }
          : { lastAt: fake.start - number * 5 * hour, recent: 40 - number },
      may: steps,
      ...part,
    };
  }

  function row(person: PersonRef, at: number, place: { id: string; path: string }): AccessPerson {
    const ways = [way(at, place)];
    if (at % 2 === 0) {
      const above = place.path.split('/')[0] ?? '';
      ways.push(
        way(
          at + 20,
          { id: 'above', path: above },
          {
            inherited: true,
            team: 'Backend',
            through: 'Payments',
            reason: null,
            givenBy: null,
            may: [],
            role: role(0),
          },
        ),
      );
    }
    if (at % 5 === 4) {
      ways.push(
        way(at + 40, place, {
          stands: { type: 'unmet', words: ['counts from certain networks only'] },
          conditions: ['Counts from these networks only, as the server sees you: 10.0.0.0/8.'],
        }),
      );
    }
    const left = ways.filter((one) => taken.get(one.grant) !== 'revoked');
    return {
      principal: principal(person, at),
      role: left[0]?.role ?? role(0),
      now: at % 6 === 5 ? no : yes,
      uses: { lastAt: fake.start - at * hour, recent: 60 - at },
      ways: left,
    };
  }

  const people = () => fake.world.people;
  const find = (id: string) => {
    const place = fake.world.places.find((one) => one.id === id);
    if (!place) throw refusal('notFound');
    return place;
  };

  let fresh = false;
  /** As the server answers whose sign-in is too old for looking at grants. */
  function freshly() {
    if (fake.stale !== null && !fresh) throw refusal('stepUpRequired');
  }

  return {
    accessPlaces: () =>
      fake.answer('accessPlaces', [], () => ({
        places:
          fake.scene === 'empty' || (fake.stale === 'hidden' && !fresh)
            ? []
            : fake.scene === 'founding'
              ? [whole, ...places()]
              : places(),
        afresh: fake.stale === 'hidden' && !fresh,
      })),
    signInAfresh: () =>
      fake.answer('signInAfresh', [], () => {
        fresh = true;
      }),
    accessAt: (id, after) =>
      fake.answer('accessAt', [id, after], () => {
        freshly();
        const place = find(id);
        const rows = people()
          .map((person, at) => row(person, at, place))
          .filter((one) => one.ways.length > 0);
        return {
          people: after === null ? rows.slice(0, 4) : rows.slice(4),
          next: after === null && rows.length > 4 ? 'more' : null,
          countedUntil: fake.now(),
        };
      }),
    accessOf: (id, after) =>
      fake.answer('accessOf', [id, after], () => {
        freshly();
        const at = fake.world.people.findIndex((one) => one.id === id);
        const person = fake.world.people[at];
        if (!person) throw refusal('notFound');
        const grants = fake.world.places.slice(0, 5).map((place, i) => ({
          way: way(at + i, place),
          now: i === 3 ? no : yes,
          uses: { lastAt: fake.start - i * day, recent: 12 - i },
        }));
        return {
          principal: principal(person, at),
          grants,
          next: null,
          zone: at === 3 ? 'America/Sao_Paulo' : null,
          countedUntil: fake.now(),
        };
      }),
    accessMatrix: (id, after, afterPlaces) =>
      fake.answer('accessMatrix', [id, after, afterPlaces], () => {
        freshly();
        if (fake.scene === 'founding')
          return { places: [whole], roles: fake.given, rows: [], next: null, nextPlaces: null };
        const top = find(id);
        const columns = places().filter((one) => one.path === top.path || one.path.startsWith(`${top.path}/`));
        const stands = ['counts', 'counts', 'counts', 'notYet', 'unmet', 'guardrail'] as const;
        return {
          places: columns,
          roles,
          rows: people().map((person, r) => ({
            principal: principal(person, r),
            cells: columns.flatMap((_, c) =>
              (r + c) % 3 === 2
                ? []
                : [
                    {
                      place: c,
                      role: (r + c) % roles.length,
                      stands: stands[(r * 2 + c) % stands.length] ?? 'counts',
                      more: r % 2,
                      inherited: c > 0,
                      byTeam: r % 3 === 0,
                      endsAt: null,
                    },
                  ],
            ),
          })),
          next: null,
          nextPlaces: null,
        };
      }),
    accessPeople: (letters) =>
      fake.answer('accessPeople', [letters], () =>
        fake.world.people
          .map((person, at) => principal(person, at))
          .filter((one) => one.person.name.toLowerCase().includes(letters.trim().toLowerCase())),
      ),
    lesserRoles: (id) =>
      fake.answer('lesserRoles', [id], () => {
        const at = roles.findIndex((one) => one.id === id);
        return id === 'role-Lead' ? roles.slice(0, 1) : roles.slice(0, Math.max(0, at));
      }),
    planGrantChange: (grant, change) =>
      fake.answer('planGrantChange', [grant, change], () => {
        if (change.type === 'shorten' && change.endsAt <= fake.now()) {
          throw refusal('serverError', 'the end must come after the start and after now');
        }
        const [first, second] = fake.world.people;
        const place = fake.world.places.find((one) => grant.includes(one.id)) ?? fake.world.places[0];
        if (!first || !second || !place) throw refusal('notFound');
        const actions = change.type === 'narrow' ? ['write new versions'] : ['use values', 'reveal and copy values'];
        return {
          digest: `plan-of-${grant}`,
          holder: first,
          role: role(2),
          path: place.path,
          instead: change.type === 'narrow' ? `Consumer at ${place.path}` : null,
          at: change.type === 'shorten' ? change.endsAt : null,
          reached: 3,
          losses: [
            {
              people: [first, second],
              peopleTotal: 2,
              places: [{ path: place.path, secrets: 12, actions }],
              placesTotal: 1,
              secretsTotal: 12,
            },
          ],
          devices: [{ person: first, name: 'ThinkPad X1', values: 3 }],
          devicesTotal: 1,
          valuesTotal: 3,
        };
      }),
    changeGrant: (grant, change, digest, reason) =>
      fake.answer('changeGrant', [grant, change, digest, reason], () => {
        fake.needServer();
        if (digest !== `plan-of-${grant}`) throw refusal('planStale');
        taken.set(grant, change.type === 'revoke' ? 'revoked' : 'changed');
      }),
    explain: (about, action, who) =>
      fake.answer('explain', [about, action, who], () => {
        const asked = fake.world.places.find((one) => about.type === 'place' && one.id === about.id);
        const place = asked ?? fake.world.places[1] ?? fake.world.places[0];
        const [, helper] = fake.world.people;
        if (!place || !helper) throw refusal('notFound');
        const allowed = ['secret.use', 'secret.reveal', 'rotation.request'].includes(action);
        const reader = way(2, place);
        return {
          action,
          path: place.path,
          verdict: allowed ? yes : { allowed: false, words: 'No grant gives it here.', guardrails: [] },
          atBest: who !== null,
          ways: [{ way: reader, hasAction: allowed, decided: allowed }],
          lacking: allowed ? ('nothing' as const) : ('role' as const),
          role: allowed ? null : role(3),
          grantors: allowed ? [] : [helper],
        };
      }),
  };
}
