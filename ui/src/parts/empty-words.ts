import type { ListFilter } from '../host/lists';

/** What an empty list says: why it is empty, and what one can do. */
export function emptyWords(
  filter: ListFilter,
  place: string | null,
  owner: string | null,
  /** Whoever may make places in all of the organization has the first steps before them. */
  founds: boolean,
): { title: string; words: string } {
  const where = place === null ? 'here' : `in ${place}`;
  if (owner !== null) return { title: 'Nothing to see', words: `${owner} owns nothing that you may see.` };
  switch (filter) {
    case 'due':
      return { title: 'Nothing is due', words: `No secret ${where} has to be rotated in the next days.` };
    case 'recent':
      return { title: 'Nothing used lately', words: `You used no secret ${where} in the last two weeks.` };
    case 'canAsk':
      return { title: 'Nothing to ask for', words: `You already reach every secret ${where} that you may know of.` };
    case 'all':
      return place === null
        ? {
            title: 'No secrets yet',
            words: founds
              ? 'The steps beside this lead to the first one.'
              : 'What your roles let you see appears here. Team leads give roles.',
          }
        : { title: 'Nothing in here yet', words: `The first secret ${where} appears as soon as somebody adds it.` };
  }
}
