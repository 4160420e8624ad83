/** Places, lists, search, detail. */
import type { Host } from '../host';
import type { ListFilter } from '../lists';
import { fuzzy } from './fuzzy';
import { detailOf, refOf } from './shapes';
import type { FakeWorld } from './world';

export function secretsOf(fake: FakeWorld): Pick<Host, 'places' | 'list' | 'search' | 'secret' | 'setFavourite'> {
  return {
    places: () =>
      fake.answer('places', [], () => ({
        places: fake.world.places,
        favourites: fake.world.secrets.filter((one) => one.favourite && one.deletedAt === null).map(refOf),
        total: fake.world.secrets.filter((one) => one.deletedAt === null).length,
        toAnswer: [...fake.requests, ...fake.access].filter((one) => !one.mine && one.state.type === 'open').length,
      })),
    list: (query) =>
      fake.answer('list', [query], () => {
        const here = fake.world.secrets.filter(
          (one) =>
            one.deletedAt === null &&
            (query.place === null || one.path === query.place || one.path.startsWith(`${query.place}/`)) &&
            (query.owner === null || one.owner?.id === query.owner),
        );
        const by = (filter: ListFilter) => here.filter((one) => fake.matches(one, filter));
        const rows = by(query.filter);
        if (query.filter === 'recent') rows.sort((a, b) => (b.lastUsedAt ?? 0) - (a.lastUsedAt ?? 0));
        return {
          total: rows.length,
          offset: query.offset,
          counts: {
            all: here.length,
            due: by('due').length,
            recent: by('recent').length,
            canAsk: by('canAsk').length,
          },
          rows: rows.slice(query.offset, query.offset + query.limit).map((one) => fake.rowOf(one)),
        };
      }),
    search: (text, limit) =>
      fake.answer('search', [text, limit], () => {
        const secrets = fake.world.secrets
          .filter((one) => one.deletedAt === null)
          .flatMap((one) => {
            const name = fuzzy(text, one.envName ?? one.title);
            const path = fuzzy(text, one.path);
            const score = Math.max(
              name?.score ?? -1,
              (path?.score ?? -1) - 5,
              (fuzzy(text, one.title)?.score ?? -1) - 2,
            );
            if (score < 0) return [];
            return [
              {
                score,
                hit: { row: fake.rowOf(one), nameMatches: name?.at ?? [], pathMatches: name ? [] : (path?.at ?? []) },
              },
            ];
          })
          .sort((a, b) => b.score - a.score || (b.hit.row.lastUsedAt ?? 0) - (a.hit.row.lastUsedAt ?? 0))
          .slice(0, limit)
          .map(({ hit }) => hit);
        const people = fake.world.people.flatMap((person) => {
          const found = text === '' ? null : fuzzy(text, person.name);
          const owns = fake.world.secrets.filter((one) => one.owner?.id === person.id).length;
          return found ? [{ person, nameMatches: found.at, owns }] : [];
        });
        return { secrets, people: people.slice(0, 4) };
      }),
    secret: (id) =>
      fake.answer('secret', [id], () => {
        const { secret } = fake.find(id);
        if (secret.knownOnly) {
          return { type: 'knownOnly' as const, ...refOf(secret), owner: secret.owner, canGrant: secret.canGrant };
        }
        return { type: 'full' as const, ...structuredClone(detailOf(secret)) };
      }),
    setFavourite: (id, on) =>
      fake.answer('setFavourite', [id, on], () => {
        fake.find(id).secret.favourite = on;
        fake.emit('changed', { areas: ['places'], secrets: [id] });
      }),
  };
}
