/** The bin, and what is kept for offline. */
import type { Host } from '../host';
import type { KeptOffline } from '../places';
import { day, refusal } from './shapes';
import type { FakeWorld } from './world';

export function binOf(fake: FakeWorld): Pick<Host, 'deleteSecret' | 'restoreSecret' | 'bin' | 'keepOffline'> {
  return {
    deleteSecret: (id) =>
      fake.answer('deleteSecret', [id], () => {
        fake.needServer();
        fake.find(id).secret.deletedAt = fake.now();
        fake.record(fake.find(id).secret, 'deleted', false);
        fake.emit('changed', { areas: ['secrets', 'places'], secrets: [id] });
      }),
    restoreSecret: (id) =>
      fake.answer('restoreSecret', [id], () => {
        fake.needServer();
        fake.find(id).secret.deletedAt = null;
        fake.record(fake.find(id).secret, 'restored', false);
        fake.emit('changed', { areas: ['secrets', 'places'], secrets: [id] });
      }),
    bin: () =>
      fake.answer('bin', [], () =>
        [
          ...fake.world.secrets
            .filter((one) => one.deletedAt !== null)
            .map((one) => fake.binRow(one, one.deletedAt ?? 0)),
          ...(fake.scene === 'empty'
            ? []
            : fake.world.secrets.slice(120, 124).map((one, i) => fake.binRow(one, fake.start - (i * 8 + 1) * day))),
        ].sort((a, b) => b.deletedAt - a.deletedAt),
      ),
    keepOffline: (id, on) =>
      fake.answer('keepOffline', [id, on], (): KeptOffline | null => {
        const place = fake.world.places.find((one) => one.id === id);
        if (!place) throw refusal('notFound');
        if (on) fake.needServer();
        place.keptOffline = on ? { values: place.count, readableUntil: fake.now() + (place.offlineFor ?? 0) } : null;
        fake.emit('changed', { areas: ['places'], secrets: [] });
        return place.keptOffline;
      }),
  };
}
