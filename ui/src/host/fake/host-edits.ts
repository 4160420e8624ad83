/** What is written. */
import type { Host } from '../host';
import type { FakeSecret } from './organization';
import { day, detailOf, refusal, sizeOf, textOf } from './shapes';
import type { FakeWorld } from './world';

export function editsOf(fake: FakeWorld): Pick<Host, 'createSecret' | 'updateMetadata' | 'newVersion'> {
  return {
    createSecret: (draft) =>
      fake.answer('createSecret', [draft], () => {
        fake.needServer();
        const place = fake.world.places.find((one) => one.id === draft.place);
        const like = fake.world.secrets[0];
        if (!place || !like) throw refusal('notFound');
        const taken = fake.world.secrets.some((one) => one.path === place.path && one.title === draft.title);
        if (taken) throw refusal('nameTaken');
        const id = `new-${fake.nextId++}`;
        const created: FakeSecret = {
          ...structuredClone(detailOf(like)),
          ...draft,
          id,
          path: place.path,
          class: place.class ?? 'unclassified',
          owner: fake.world.me,
          currentVersion: 1,
          versions: [
            { number: 1, stage: 'current', createdAt: fake.now(), by: fake.world.me.name, size: sizeOf(draft.value) },
          ],
          rotation: { changedAt: fake.now(), maxAge: 90 * day },
          offline: null,
          favourite: false,
          openRequests: [],
          value: textOf(draft.value),
          binary: draft.value.type === 'binary',
          lastUsedAt: null,
          knownOnly: false,
          canGrant: [],
          deletedAt: null,
        };
        fake.world.secrets.unshift(created);
        fake.record(created, 'created', false);
        fake.emit('changed', { areas: ['secrets', 'places'], secrets: [id] });
        return id;
      }),
    updateMetadata: (id, edit) =>
      fake.answer('updateMetadata', [id, edit], () => {
        fake.needServer();
        const { secret } = fake.find(id);
        if (edit.revision !== secret.revision) throw refusal('conflict');
        Object.assign(secret, edit, { revision: secret.revision + 1 });
        fake.record(secret, 'edited', false);
        fake.emit('changed', { areas: ['secrets'], secrets: [id] });
      }),
    newVersion: (id, value, fulfils) =>
      fake.answer('newVersion', [id, value, fulfils], () => {
        fake.needServer();
        const { secret } = fake.find(id);
        const number = (secret.currentVersion ?? 0) + 1;
        secret.versions = [
          { number, stage: 'current', createdAt: fake.now(), by: fake.world.me.name, size: sizeOf(value) },
          ...secret.versions.map((one, i) => ({ ...one, stage: i === 0 ? ('previous' as const) : ('old' as const) })),
        ];
        secret.currentVersion = number;
        secret.rotation = { changedAt: fake.now(), maxAge: secret.rotation?.maxAge ?? null };
        secret.value = textOf(value);
        secret.binary = value.type === 'binary';
        if (fulfils !== null)
          fake.close(fulfils, { type: 'done', at: fake.now(), by: fake.world.me.name, version: number });
        fake.record(secret, 'newVersion', false);
        fake.emit('changed', { areas: ['secrets', 'requests', 'history'], secrets: [id] });
        return number;
      }),
  };
}
