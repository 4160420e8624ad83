/** Blast radii in the invented company, and where a leaked value was. */
import type { Host } from '../host';
import type { RadiusView, SuspectRef } from '../offboarding';
import { numbers } from './seeded-cases';
import { foundSystems } from './seeded-connected';
import { holding, knownOf, placeOf, reachersOf, seededRadius } from './seeded-radius';
import { day, refOf, textOf } from './shapes';
import type { FakeWorld } from './world';

/** So that there is another page. */
const knownPage = 12;

export function radiusOf(fake: FakeWorld): Pick<Host, 'blastRadius' | 'lookUpLeak'> {
  const { start, world } = fake;
  const radius = (of: SuspectRef, after: string | null): RadiusView => {
    const known = knownOf(fake, of);
    const seeded = seededRadius(fake);
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
      person: () => fake.person(of.id).name,
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
      place:
        of.kind === 'secret' ? { id: placeOf(fake, of.id)?.id ?? '', path: placeOf(fake, of.id)?.path ?? '' } : null,
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
      alone: first && person ? seeded.alone : [],
      reachers: of.kind === 'secret' ? reachersOf(fake, of.id).slice(first ? 0 : 2, first ? 2 : 3) : [],
      grants: first && !quiet ? seeded.grants : [],
      emergency: first && person ? seeded.emergency : [],
      waiting: {
        requests: person && first ? 2 : 0,
        rotations: 0,
        approvals: person && first ? 1 : 0,
        proposals: 0,
        answers: person && first ? 3 : 0,
        reviews: person && first ? 1 : 0,
      },
      devices: first && !quiet ? seeded.devices.slice(0, of.kind === 'device' ? 1 : 2) : [],
      sessions: first && !quiet ? seeded.sessions : [],
      keys: first && person ? seeded.keys : [],
      connected: first && person ? foundSystems : [],
      moreKnown: first && all.length > knownPage ? 'page-2' : null,
      moreReach: null,
      moreAlone: null,
      moreReachers: of.kind === 'secret' && first ? 'page-2' : null,
    };
  };

  return {
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
            holdings: nth === 0 ? world.people.slice(3, 6).map((person, each) => holding(fake, person, each)) : [],
          })),
        };
      }),
  };
}
