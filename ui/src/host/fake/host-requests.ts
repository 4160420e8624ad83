/** Requests for a rotation. */
import type { Host } from '../host';
import type { RotationRequest } from '../requests';
import { refOf, refusal } from './shapes';
import type { FakeWorld } from './world';

export function requestsOf(
  fake: FakeWorld,
): Pick<Host, 'requests' | 'requestRotation' | 'refuseRequest' | 'withdrawRequest'> {
  return {
    requests: () =>
      fake.answer('requests', [], () => ({
        mine: fake.requests.filter((one) => one.mine),
        toAnswer: fake.requests.filter((one) => one.canAnswer && one.state.type === 'open'),
        answered: fake.requests.filter((one) => !one.mine && one.state.type !== 'open'),
      })),
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
        fake.close(id, { type: 'refused', at: fake.now(), by: fake.world.me.name, words });
        fake.emit('changed', { areas: ['requests', 'secrets'], secrets: [] });
      }),
    withdrawRequest: (id) =>
      fake.answer('withdrawRequest', [id], () => {
        fake.close(id, { type: 'withdrawn', at: fake.now() });
        fake.emit('changed', { areas: ['requests', 'secrets'], secrets: [] });
      }),
  };
}
