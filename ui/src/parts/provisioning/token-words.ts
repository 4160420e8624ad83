/** Tokens of the identity provider in words. */
import type { ProvisioningTokenView } from '../../host/provisioning';
import { count } from '../../words/names';
import { ago, duration, exact, left } from '../../words/time';

/** What is offered first, in days. */
export const halfAYear = 180;

export const lifetimes: readonly { value: number; label: string }[] = [30, 90, halfAYear, 366].map((days) => ({
  value: days,
  label: count(days, 'day'),
}));

/** From when a token is old enough to say so. */
const old = 180 * duration.day;
/** How long before its end it is said. */
const soon = 14 * duration.day;

export const isLive = (token: ProvisioningTokenView, now: number): boolean =>
  token.endedAt === null && now < token.endsAt;

/** What stands beside its name, and how much it matters. */
export function stateOf(token: ProvisioningTokenView, now: number): { tone: 'plain' | 'ok' | 'warn'; words: string } {
  if (token.endedAt !== null) return { tone: 'plain', words: `ended ${ago(token.endedAt, now)}` };
  if (!isLive(token, now)) return { tone: 'plain', words: `ran out ${ago(token.endsAt, now)}` };
  const ends = `ends in ${left(token.endsAt, now)}`;
  if (token.endsAt - now < soon) return { tone: 'warn', words: ends };
  if (now - token.madeAt > old)
    return { tone: 'warn', words: `${Math.floor((now - token.madeAt) / duration.day)} days old` };
  return { tone: 'ok', words: ends };
}

export const exactEnd = (token: ProvisioningTokenView): string => exact(token.endedAt ?? token.endsAt);
