/** Service identities in words. */
import type { ServiceKeyView, ServiceKind, ServiceView } from '../../host/services';
import { count } from '../../words/names';
import { age, ago, duration, left } from '../../words/time';

export const kindNames: Record<ServiceKind, string> = {
  ciJob: 'CI job',
  application: 'application',
  bot: 'bot',
  agent: 'agent',
};

/** From when a key is old enough to say so. */
export const old = 90 * duration.day;

export const lifetimes: readonly { value: number; label: string }[] = [7, 30, 90, 180, 365].map((days) => ({
  value: days * duration.day,
  label: count(days, 'day'),
}));

/** "2 keys, the oldest 80 days old, used 3 hours ago". */
export function keysWords(service: Pick<ServiceView, 'keys'>, now: number): string {
  const live = service.keys.filter((key) => key.live);
  const [first] = live;
  if (!first) return 'no live key';
  const made = live.reduce((oldest, key) => Math.min(oldest, key.madeAt), first.madeAt);
  const used = live.map((key) => key.lastUsedAt ?? 0).reduce((last, at) => Math.max(last, at), 0);
  const when = used === 0 ? 'never used' : `used ${ago(used, now)}`;
  return `${count(live.length, 'key')}, ${live.length > 1 ? 'the oldest ' : ''}${age(now - made)} old, ${when}`;
}

export function endsWords(key: ServiceKeyView, now: number): string {
  if (key.endedAt !== null) return `ended ${ago(key.endedAt, now)}${key.endedBy ? ` by ${key.endedBy.name}` : ''}`;
  if (!key.live) return `ran out ${ago(key.endsAt, now)}`;
  return `in ${left(key.endsAt, now)}`;
}

export const isOld = (key: ServiceKeyView, now: number): boolean => key.live && now - key.madeAt > old;
