/** Emergency access in the invented company: a right of one's own, a draw of somebody else, one to review. */
import type { EmergencyDraw, EmergencyRight } from '../emergency';
import type { Host } from '../host';
import { noConditions } from '../../parts/giving/conditions';
import { roles } from './host-access';
import { planned } from './host-giving';
import { day, hour, minute, refOf, refusal } from './shapes';
import type { FakeWorld } from './world';

type EmergencyCommands =
  | 'emergency'
  | 'emergencyDraws'
  | 'emergencyRights'
  | 'planEmergency'
  | 'giveEmergency'
  | 'endEmergency'
  | 'drawEmergency'
  | 'endDraw'
  | 'reviewEmergency';

/** So that there is another page. */
const page = 2;

export function emergencyOf(fake: FakeWorld): Pick<Host, EmergencyCommands> {
  const { start, world } = fake;
  const [ada, ben] = [world.people[0] ?? world.me, world.people[1] ?? world.me];
  const production = world.places.find((one) => one.path.endsWith('/production'));
  const place = { place: production?.id ?? 'payments-production', path: production?.path ?? 'payments/production' };
  const right = (id: string, parts: Partial<EmergencyRight>): EmergencyRight => ({
    id,
    person: world.me,
    own: true,
    role: 'Reader',
    ...place,
    reason: 'On call for payments.',
    givenBy: ada,
    givenAt: start - 20 * day,
    endsAt: start + 70 * day,
    mayEnd: true,
    ...parts,
  });
  const draw = (id: string, parts: Partial<EmergencyDraw>): EmergencyDraw => ({
    id,
    right: 'right-other',
    grant: `grant-${id}`,
    person: ben,
    own: false,
    role: 'Reader',
    ...place,
    reason: 'Payments are down, the webhook key has to be looked at.',
    drawnAt: start - 15 * minute,
    overAt: start + 42 * minute,
    reviewDue: start + 3 * day,
    again: 0,
    reads: [],
    review: null,
    mayEnd: true,
    mayReview: false,
    ...parts,
  });
  const read = world.secrets.filter((one) => one.path === place.path).slice(0, 2);
  const reads = read.map((secret, at) => ({ secret: refOf(secret), at: start - 5 * day + at * minute }));
  const busy = fake.scene === 'signedIn' || fake.scene === 'offline';
  let rights = busy ? [right('right-own', {}), right('right-other', { person: ben, own: false })] : [];
  let draws = busy
    ? [
        draw('draw-late', {
          drawnAt: start - 5 * day,
          overAt: start - 5 * day + hour,
          reviewDue: start - 2 * day,
          reads,
          mayEnd: false,
          mayReview: true,
        }),
        draw('draw-done', {
          drawnAt: start - 30 * day,
          overAt: start - 30 * day + hour,
          reviewDue: start - 27 * day,
          mayEnd: false,
          review: {
            by: ada,
            at: start - 29 * day,
            verdict: 'justified',
            words: 'The gateway was down, and one key was read.',
          },
        }),
      ]
    : [];
  if (fake.drawn) draws = [draw('draw-other', {}), ...draws];
  const changed = () => fake.emit('changed', { areas: ['emergency'], secrets: [] });

  return {
    emergency: () =>
      fake.answer('emergency', [], () => ({
        rights: [...rights],
        nextRights: fake.manyRights ? 'later' : null,
        draws: draws.slice(0, page),
        next: draws.length > page ? `${page}` : null,
      })),
    emergencyRights: (after) =>
      fake.answer('emergencyRights', [after], () => ({
        rights: [right('right-later', { endsAt: start + 300 * day })],
        next: null,
      })),
    emergencyDraws: (after) =>
      fake.answer('emergencyDraws', [after], () => ({ draws: draws.slice(Number(after)), next: null })),
    planEmergency: (give) =>
      fake.answer('planEmergency', [give], () =>
        planned(
          fake,
          { ...give, principal: give.person, startsAt: null, conditions: noConditions },
          `right-${fake.nextId++}`,
        ),
      ),
    giveEmergency: (give, id, digest, why) =>
      fake.answer('giveEmergency', [give, id, digest, why], () => {
        fake.needServer();
        const person = world.people.find((one) => one.id === give.person) ?? ben;
        const at = world.places.find((one) => one.id === give.place);
        if (!at) throw refusal('notFound');
        const role = roles.find((one) => one.id === give.role)?.name ?? '';
        const { endsAt } = give;
        const made = { person, own: false, role, place: at.id, path: at.path, reason: why, endsAt, givenBy: world.me };
        rights = [...rights, right(id, made)];
        changed();
      }),
    endEmergency: (id, reason) =>
      fake.answer('endEmergency', [id, reason], () => {
        rights = rights.filter((one) => one.id !== id);
        changed();
      }),
    drawEmergency: (id, reason, seconds) =>
      fake.answer('drawEmergency', [id, reason, seconds], () => {
        fake.needServer();
        const held = rights.find((one) => one.id === id);
        if (!held) throw refusal('notFound');
        const now = fake.now();
        const { place: at, path, role } = held;
        const times = { drawnAt: now, overAt: now + seconds * 1_000, reviewDue: now + 3 * day };
        const mine = { right: id, person: world.me, own: true, place: at, path, role, reason };
        draws = [draw(`draw-${fake.nextId++}`, { ...mine, ...times }), ...draws];
        changed();
      }),
    endDraw: (grant, reason) =>
      fake.answer('endDraw', [grant, reason], () => {
        const now = fake.now();
        draws = draws.map((one) => (one.grant === grant ? { ...one, overAt: now, mayEnd: false } : one));
        changed();
      }),
    reviewEmergency: (id, verdict, words) =>
      fake.answer('reviewEmergency', [id, verdict, words], () => {
        const review = { by: world.me, at: fake.now(), verdict, words };
        draws = draws.map((one) => (one.id === id ? { ...one, review, mayReview: false } : one));
        changed();
      }),
  };
}
