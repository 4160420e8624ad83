import type { AccessRequest } from '../host/requests';
import { left, moment } from '../words/time';
import type { StateWords } from './request-state';

/** How a request for access stands, in words. */
export function accessWords(request: AccessRequest, now: number): StateWords {
  const { state, given } = request;
  switch (state.type) {
    case 'open':
      return request.steps.length > 0
        ? { words: `${request.steps.length} of ${request.needed}`, tone: 'warn', sentence: steps(request) }
        : { words: 'waiting', tone: 'warn', sentence: waits(request) };
    case 'approved': {
      const by = given?.byRule ? 'Approved at once by a rule' : `${state.by} approved`;
      const what = given ? ` ${given.roleName} at ${given.path || 'everything'}` : '';
      if (state.lives && given)
        return {
          words: left(given.endsAt, now),
          tone: 'ok',
          sentence: `${by}${what}, until ${moment(given.endsAt, now)}.`,
        };
      return { words: 'over', tone: 'plain', sentence: `${by}${what}. ${ended(request, now)}` };
    }
    case 'lapsed':
      return { words: 'lapsed', tone: 'plain', sentence: 'Nobody answered in time. Ask again if you still need it.' };
    case 'refused':
      return {
        words: 'refused',
        tone: 'bad',
        sentence: `${state.by} refused, ${moment(state.at, now)}: “${state.words}”`,
      };
    case 'withdrawn':
      return { words: 'withdrawn', tone: 'plain', sentence: `Withdrawn ${moment(state.at, now)}.` };
  }
}

function ended({ given }: AccessRequest, now: number): string {
  if (!given) return '';
  if (given.endedAt === null) return `It ended by itself, ${moment(given.endsAt, now)}.`;
  const who = given.endedBy === null ? 'Handed back early' : `${given.endedBy} ended it`;
  return `${who}, ${moment(given.endedAt, now)}.`;
}

function waits(request: AccessRequest): string {
  const names = request.approvers.map((one) => one.name);
  if (names.length === 0) return 'Waits for somebody who may give it.';
  const many = request.needed > 1 ? ` ${request.needed} people have to approve.` : '';
  return `Waits for ${listed(names)}.${many}`;
}

function steps(request: AccessRequest): string {
  const done = listed(request.steps.map((one) => one.by));
  return `${done} approved; ${request.needed - request.steps.length} more to go.`;
}

function listed(names: string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`;
}

/** "2 hours", "3 days", as people ask for it. */
export function spanWords(seconds: number): string {
  const [count, unit] =
    seconds % 86_400 === 0
      ? [seconds / 86_400, 'day']
      : seconds % 3_600 === 0
        ? [seconds / 3_600, 'hour']
        : [Math.round(seconds / 60), 'minute'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** Times that are offered; the shorter ones first. */
export const spans = [3_600, 2 * 3_600, 8 * 3_600, 24 * 3_600, 3 * 86_400, 7 * 86_400, 30 * 86_400];
