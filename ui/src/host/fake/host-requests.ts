/** Requests for a rotation and for access. */
import type { Host } from '../host';
import type { AnyRequest, RotationRequest } from '../requests';
import { accessRequest } from './seeded-access';
import { hour, refOf, refusal } from './shapes';
import type { FakeWorld } from './world';

const newly: Record<string, string[]> = {
  Consumer: ['secret.use'],
  Reader: ['secret.use', 'secret.reveal'],
  Editor: ['secret.use', 'secret.reveal', 'secret.write', 'secret.create'],
};

/** Less than what is shown at once, so that the first page of the history has nothing new. */
const historyPage = 10;

export function requestsOf(
  fake: FakeWorld,
): Pick<
  Host,
  | 'requests'
  | 'requestHistory'
  | 'requestRotation'
  | 'refuseRequest'
  | 'withdrawRequest'
  | 'accessOptions'
  | 'requestAccess'
  | 'approveRequest'
  | 'answerRequests'
  | 'handBack'
  | 'requestEvidence'
> {
  const all = (): AnyRequest[] =>
    [
      ...fake.requests.map((one) => ({ ...one, type: 'rotation' as const })),
      ...fake.access.map((one) => ({ ...one, type: 'access' as const })),
    ].sort((a, b) => b.at - a.at);
  return {
    requests: () =>
      fake.answer('requests', [], () => ({
        mine: all().filter((one) => one.mine),
        toAnswer: all().filter((one) => !one.mine && one.state.type === 'open'),
        answered: all().filter((one) => !one.mine && one.state.type !== 'open'),
      })),
    requestHistory: (after) =>
      fake.answer('requestHistory', [after], () => {
        fake.needServer();
        const every = [...all(), ...fake.older];
        const from = after === null ? 0 : every.findIndex((one) => one.id === after) + 1;
        const page = every.slice(from, from + historyPage);
        const last = page.at(-1);
        return { requests: page, next: last && last !== every.at(-1) ? last.id : null };
      }),
    requestRotation: (id, reason) =>
      fake.answer('requestRotation', [id, reason], () => {
        fake.needServer();
        const { secret } = fake.find(id);
        if (secret.openRequests.some((one) => one.mine)) throw refusal('requestExists');
        const request: RotationRequest = {
          id: `request-${fake.nextId++}`,
          secret: refOf(secret),
          reason,
          by: fake.world.me,
          at: fake.now(),
          mine: true,
          canAnswer: false,
          canFulfil: false,
          canApprove: false,
          canWithdraw: true,
          waitsForApproval: false,
          state: { type: 'open' },
        };
        fake.requests = [request, ...fake.requests];
        fake.attach(request);
        fake.record(secret, 'rotationRequested', false);
        fake.emit('changed', { areas: ['requests', 'secrets', 'history'], secrets: [id] });
        return request.id;
      }),
    refuseRequest: (id, words) =>
      fake.answer('refuseRequest', [id, words], () => {
        const state = { type: 'refused', at: fake.now(), by: fake.world.me.name, words } as const;
        if (!fake.closeAccess(id, state)) fake.close(id, state);
        fake.emit('changed', { areas: ['requests', 'secrets'], secrets: [] });
      }),
    withdrawRequest: (id) =>
      fake.answer('withdrawRequest', [id], () => {
        const state = { type: 'withdrawn', at: fake.now() } as const;
        if (!fake.closeAccess(id, state)) fake.close(id, state);
        fake.emit('changed', { areas: ['requests', 'secrets'], secrets: [] });
      }),
    accessOptions: (place, secret) =>
      fake.answer('accessOptions', [place, secret], () => {
        fake.needServer();
        const person = fake.world.people[0] ?? fake.world.me;
        const at = fake.world.places.find((one) => one.id === place)?.path ?? 'payments/production';
        const path = secret === null ? at : fake.find(secret).secret.path;
        return {
          place: place ?? path,
          path,
          reaches: 38,
          roles: ['Consumer', 'Reader', 'Editor'].map((name) => ({
            role: name.toLowerCase(),
            name,
            newly: newly[name] ?? [],
            approvers: [person],
            atOnceSeconds: name === 'Consumer' ? 3_600 : null,
          })),
          steps: 1,
        };
      }),
    requestAccess: (ask) =>
      fake.answer('requestAccess', [ask], () => {
        fake.needServer();
        const request = accessRequest(fake.world, `request-${fake.nextId++}`, {
          role: ask.role,
          roleName: ask.role.charAt(0).toUpperCase() + ask.role.slice(1),
          path: ask.place,
          seconds: ask.seconds,
          reason: ask.reason,
          at: fake.now(),
        });
        fake.access = [request, ...fake.access];
        fake.emit('changed', { areas: ['requests'], secrets: [] });
        return request.id;
      }),
    approveRequest: (id, terms) =>
      fake.answer('approveRequest', [id, terms], () => {
        fake.needServer();
        fake.approveAccess(id, terms);
        fake.emit('changed', { areas: ['requests'], secrets: [] });
      }),
    answerRequests: (ids, refusal) =>
      fake.answer('answerRequests', [ids, refusal], () => {
        fake.needServer();
        const asked = { role: null, place: null, seconds: null, words: '' };
        for (const id of ids) {
          const state = { type: 'refused', at: fake.now(), by: fake.world.me.name, words: refusal ?? '' } as const;
          if (refusal === null) fake.approveAccess(id, asked);
          else if (!fake.closeAccess(id, state)) fake.close(id, state);
        }
        fake.emit('changed', { areas: ['requests'], secrets: [] });
        return ids.map((id) => ({ id, problem: null }));
      }),
    handBack: (id) =>
      fake.answer('handBack', [id], () => {
        fake.needServer();
        fake.access = fake.access.map((one) =>
          one.id !== id || one.state.type !== 'approved' || one.given === null
            ? one
            : {
                ...one,
                state: { ...one.state, lives: false },
                given: { ...one.given, endedAt: fake.now() },
                can: { ...one.can, handBack: false },
              },
        );
        fake.emit('changed', { areas: ['requests'], secrets: [] });
      }),
    requestEvidence: (id) =>
      fake.answer('requestEvidence', [id], () => ({
        newly: [
          { action: 'secret.use', places: 2, secrets: 38 },
          { action: 'secret.reveal', places: 2, secrets: 38 },
        ],
        samePerson: { asked: 2, approved: 1, refused: 1 },
        others: { asked: 6, approved: 5, refused: 0 },
        lastReadAt: null,
        lastReadByAnyoneAt: fake.now() - 3 * hour,
        outside: false,
        lesser: [{ id: 'consumer', name: 'Consumer' }],
        below: [{ id: 'payments/production/cards', name: 'payments/production/cards' }],
      })),
  };
}
