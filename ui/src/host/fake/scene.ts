/** Moments in which the page is looked at. */
import type { AppState, PersonRef, ServerView } from '../state';
import { hour, minute, refusal } from './shapes';

export type Scene =
  | 'noServer'
  | 'signedOut'
  | 'bootstrap'
  | 'signInFailed'
  | 'keyringLockedAtStart'
  | 'signingIn'
  | 'locked'
  | 'signedIn'
  | 'offline'
  | 'keyringLocked'
  | 'keyringAbsent'
  | 'rolledBack'
  | 'violated'
  | 'empty'
  /** The first Owner, on a server on which nothing is yet. */
  | 'founding'
  | 'failing'
  | 'slow';

export const server: ServerView = {
  origin: 'https://vault.northwind.example',
  organization: 'Northwind',
  fingerprint: '9f2c41d07ab8e35516c0d9a7e4428b1f6035ce917d20fa84b36e5892c1d7f40a',
  bootstrapOpen: false,
};

/** Who is signed in, or not, in a scene that began at a time. */
export function sessionOf(wanted: Scene, me: PersonRef, start: number, now = start): AppState['session'] {
  if (wanted === 'noServer') return { type: 'noServer' };
  if (wanted === 'signedOut') return { type: 'signedOut', server, problem: null };
  if (wanted === 'bootstrap') return { type: 'signedOut', server: { ...server, bootstrapOpen: true }, problem: null };
  if (wanted === 'signInFailed')
    return {
      type: 'signedOut',
      server,
      problem: refusal('consentDenied', 'access_denied: The resource owner denied the request'),
    };
  if (wanted === 'keyringLockedAtStart') return { type: 'signedOut', server, problem: refusal('keyringLocked') };
  if (wanted === 'signingIn') return { type: 'signingIn', server, since: start - 12_000 };
  if (wanted === 'locked') {
    return { type: 'locked', server, person: me, since: now - 14 * minute, reason: 'idle', unlock: 'device' };
  }
  return {
    type: 'signedIn',
    server,
    person: me,
    device: { id: 'device-1', name: 'ThinkPad X1' },
    session: { id: 'session-1', startedAt: start - 3 * hour, endsAt: start + 9 * hour },
  };
}

/** The state of the app at the beginning of a scene. */
export function stateOf(scene: Scene, me: PersonRef, start: number): AppState {
  return {
    session: sessionOf(scene, me, start),
    connection:
      scene === 'offline'
        ? { type: 'offline', since: start - 3 * hour, lastSync: start - 3 * hour, reason: 'unreachable' }
        : { type: 'online', lastSync: start - 4_000, progress: null },
    keyring:
      scene === 'keyringLocked' || scene === 'keyringLockedAtStart'
        ? { type: 'locked', detail: null }
        : scene === 'keyringAbsent'
          ? { type: 'absent', detail: null }
          : scene === 'rolledBack'
            ? { type: 'rolledBack', detail: null }
            : { type: 'ok' },
    log:
      scene === 'violated'
        ? { type: 'violated', words: 'Entry 48,091 was in the log this morning and is now another one.' }
        : { type: 'whole' },
    storage: null,
    version: '0.1.0',
  };
}
