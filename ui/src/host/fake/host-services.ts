/** Services of the invented company, with keys of every age. */
import type { Host } from '../host';
import type { ServiceKeyView, ServiceView } from '../services';
import { day, hour, refusal } from './shapes';
import type { FakeWorld } from './world';

type ServiceCommands =
  | 'services'
  | 'service'
  | 'servicePlaces'
  | 'createService'
  | 'editService'
  | 'setServiceActive'
  | 'makeServiceKey'
  | 'registerServiceKey'
  | 'endServiceKey';

export function servicesOf(fake: FakeWorld): Pick<Host, ServiceCommands> {
  const { start, world } = fake;
  const maker = world.people[0] ?? world.me;
  const team = { id: 'team-payments', name: 'Payments', initials: 'P', email: null, team: null };
  const key = (id: string, madeAt: number, parts: Partial<ServiceKeyView> = {}): ServiceKeyView => ({
    id,
    name: `runner ${id}`,
    thumbprint: `thumbprint-of-${id}`,
    networks: [],
    madeBy: maker,
    madeAt,
    endsAt: madeAt + 365 * day,
    endedAt: null,
    endedBy: null,
    live: true,
    lastUsedAt: start - 2 * hour,
    uses: 412,
    ...parts,
  });
  const rights = { edit: true, disable: true, makeKeys: true, endKeys: true };
  const service = (id: string, name: string, parts: Partial<ServiceView>): ServiceView => ({
    id,
    name,
    kind: 'ciJob',
    class: 'test',
    active: true,
    owner: team,
    answeredFor: true,
    home: 'payments',
    homePath: 'payments',
    madeBy: maker,
    madeAt: start - 200 * day,
    keys: [],
    rights,
    ...parts,
  });
  let services =
    fake.scene === 'empty'
      ? []
      : [
          service('service-1', 'payments-ci', { keys: [key('a', start - 20 * day), key('b', start - 120 * day)] }),
          service('service-2', 'payments-deploy', {
            class: 'production',
            active: false,
            answeredFor: false,
            keys: [key('c', start - 80 * day, { live: false, endedAt: start - day, endedBy: maker, lastUsedAt: null })],
          }),
        ];
  const find = (id: string) => {
    const found = services.find((one) => one.id === id);
    if (!found) throw refusal('notFound');
    return found;
  };
  const change = (id: string, parts: Partial<ServiceView>) => {
    services = services.map((one) => (one.id === id ? { ...one, ...parts } : one));
    return find(id);
  };

  return {
    services: (after) => fake.answer('services', [after], () => ({ services, next: null })),
    service: (id) => fake.answer('service', [id], () => find(id)),
    servicePlaces: () =>
      fake.answer('servicePlaces', [], () =>
        world.places
          .filter((place) => place.depth === 1)
          .map(({ id, path, depth, class: kind }) => ({ id, path, depth, class: kind, mayGive: true })),
      ),
    createService: (draft) =>
      fake.answer('createService', [draft], () => {
        const made = service(`service-new-${fake.nextId++}`, draft.name, { kind: draft.kind, class: draft.class });
        services = [...services, made];
        return made;
      }),
    editService: (id, edit) =>
      fake.answer('editService', [id, edit], () => {
        const now = find(id);
        const { owner } = edit;
        return change(id, {
          name: edit.name ?? now.name,
          owner:
            owner === null ? now.owner : { ...team, id: owner, name: owner === 'team-backend' ? 'Backend' : owner },
          keys: owner
            ? now.keys.map((one) => ({ ...one, live: false, endedAt: fake.now(), endedBy: world.me }))
            : now.keys,
        });
      }),
    setServiceActive: (id, active, reason) =>
      fake.answer('setServiceActive', [id, active, reason], () => change(id, { active })),
    makeServiceKey: (id, draft) =>
      fake.answer('makeServiceKey', [id, draft], () => {
        const made = key(`key-${fake.nextId++}`, fake.now(), { name: draft.name, lastUsedAt: null, uses: 0 });
        return {
          service: change(id, { keys: [made, ...find(id).keys] }),
          key: made.id,
          path: '/home/you/claviger-service-key.json',
        };
      }),
    registerServiceKey: (id, draft, publicKey) =>
      fake.answer('registerServiceKey', [id, draft, publicKey], () => {
        if (!publicKey.startsWith('{')) throw refusal('publicKeyInvalid');
        return change(id, { keys: [key(`key-${fake.nextId++}`, fake.now(), { name: draft.name }), ...find(id).keys] });
      }),
    endServiceKey: (id, reason) =>
      fake.answer('endServiceKey', [id, reason], () => {
        services = services.map((one) => ({
          ...one,
          keys: one.keys.map((each) =>
            each.id === id ? { ...each, live: false, endedAt: fake.now(), endedBy: world.me } : each,
          ),
        }));
      }),
  };
}
