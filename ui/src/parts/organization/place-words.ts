/** What was set at a place, in words. */
import type { KnownTo, ManagedPlace } from '../../host/organization';
import { count } from '../../words/names';

export function knownWords(known: KnownTo): string {
  if (known.type === 'everyone') return 'everyone';
  if (known.type === 'teams') return count(known.teams.length, 'team');
  return '';
}

const hour = 3_600;
const day = 24 * hour;

/** For how long copies may be kept: the settings that are offered. */
export const copies: readonly { value: number; label: string }[] = [
  { value: 0, label: 'no copies' },
  ...[1, 4, 8, 24, 72].map((hours) => ({ value: hours * hour, label: spanWords(hours * hour) })),
  { value: 7 * day, label: spanWords(7 * day) },
];

export function spanWords(seconds: number): string {
  if (seconds % day === 0) return count(seconds / day, 'day');
  if (seconds % hour === 0) return count(seconds / hour, 'hour');
  return count(Math.round(seconds / 60), 'minute');
}

export function copiesWords(seconds: number | null): string {
  if (seconds === null) return '';
  return seconds === 0 ? 'none' : spanWords(seconds);
}

/** What can be made in a place. */
export function inside(place: Pick<ManagedPlace, 'depth'>): string {
  return place.depth === 0 ? 'project' : place.depth === 1 ? 'environment' : 'place inside';
}
