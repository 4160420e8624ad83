/** Access in the words of a person. */
import type { AccessWay, CellStands, GrantStands, UsesView } from '../host/access';
import { count } from './names';
import { ago, agoShort, date, left } from './time';

export const whole = 'Whole organization';

export const placeWords = (path: string): string => (path === '' ? whole : path);

/** "directly", "through the team Backend", "through Payments, which is in Backend". */
export function wayWords(way: AccessWay): string {
  if (way.team === null) return 'given directly';
  if (way.through === null) return `through the team ${way.team}`;
  return `through ${way.through}, which is in the team ${way.team}`;
}

export function usesWords(uses: UsesView, now: number): string {
  if (uses.lastAt === null) return 'never';
  return agoShort(uses.lastAt, now);
}

/** A sentence's part: "read here 3 hours ago, 12 times in 90 days"; of values alone, other than what a grant was used for. */
export function usedHere(uses: UsesView, now: number): string {
  if (uses.lastAt === null) return 'read no value here';
  return `read here ${ago(uses.lastAt, now)}, ${count(uses.recent, 'time')} in 90 days`;
}

/** Paths below a place without its own path, for narrow heads. */
export function within(path: string, top: string): string {
  return path !== top && top !== '' && path.startsWith(`${top}/`) ? path.slice(top.length + 1) : placeWords(path);
}

/** Paths in the order of a tree, each without what an earlier one says already: the end of a path is what tells it from others. */
export function columnNames(paths: readonly string[]): string[] {
  return paths.map((path, at) => {
    const above = paths
      .slice(0, at)
      .filter((one) => one !== '' && path.startsWith(`${one}/`))
      .toSorted((one, other) => other.length - one.length)[0];
    return above === undefined ? placeWords(path) : `…/${path.slice(above.length + 1)}`;
  });
}

export function endWords(endsAt: number | null, now: number): string {
  return endsAt === null ? 'no end' : `in ${left(endsAt, now)}`;
}

/** What a way has to say besides that it counts. */
export function standsWords(stands: GrantStands, now: number): string | null {
  switch (stands.type) {
    case 'counts':
      return null;
    case 'notYet':
      return `from ${date(stands.from, now)}`;
    case 'over':
      return 'over';
    case 'void':
      return 'never counts';
    case 'unmet':
      return 'not now';
  }
}

export const cellWords: Record<CellStands, string> = {
  counts: 'counts now',
  notYet: 'begins later',
  unmet: 'under conditions that do not hold now',
  guardrail: 'forbidden by a guardrail',
  inactive: 'the account cannot act',
};

/** The shortest beginnings that tell names apart, two letters at most. */
export function abbreviations(names: readonly string[]): string[] {
  const first = (name: string) => name.slice(0, 1).toUpperCase();
  return names.map((name, at) => {
    const clash = names.some((other, place) => place < at && first(other) === first(name));
    return clash ? name.slice(0, 2) : first(name);
  });
}

/** What can be asked about, by code. */
export const explained: readonly { value: string; label: string }[] = [
  { value: 'secret.use', label: 'use it in a program' },
  { value: 'secret.reveal', label: 'reveal or copy it' },
  { value: 'secret.write', label: 'write a new version' },
  { value: 'secret.edit', label: 'edit its details' },
  { value: 'secret.delete', label: 'delete it' },
  { value: 'rotation.request', label: 'ask for a rotation' },
  { value: 'grant.view', label: 'see who has access' },
  { value: 'grant.assign', label: 'give access' },
];

/** The same about a place, for whatever is there. */
export const explainedAt: readonly { value: string; label: string }[] = [
  { value: 'secret.view', label: 'see what is there' },
  { value: 'secret.use', label: 'use values in programs' },
  { value: 'secret.reveal', label: 'reveal or copy values' },
  { value: 'secret.write', label: 'write new versions' },
  { value: 'secret.create', label: 'make secrets' },
  { value: 'secret.edit', label: 'edit details' },
  { value: 'secret.delete', label: 'delete secrets' },
  { value: 'rotation.request', label: 'ask for a rotation' },
  { value: 'request.ask', label: 'ask for access' },
  { value: 'request.answer', label: 'answer requests' },
  { value: 'grant.view', label: 'see who has access' },
  { value: 'grant.assign', label: 'give access' },
];
