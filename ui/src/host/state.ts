/** Where the app stands: session, connection, keyring, log. */
import type { Id, Millis, Problem } from './primitives';

export interface AppState {
  session: SessionState;
  connection: Connection;
  keyring: Keyring;
  log: LogState;
  /** Why this computer's copy is not kept up to date, as on a full disk; null while it is. */
  storage: Problem | null;
  /** Version of the app. */
  version: string;
}

export type SessionState =
  | { type: 'starting' }
  | { type: 'noServer' }
  | { type: 'signedOut'; server: ServerView; problem: Problem | null }
  | { type: 'signingIn'; server: ServerView; since: Millis }
  | { type: 'locked'; server: ServerView; person: PersonRef; since: Millis; reason: LockReason; unlock: UnlockWay }
  | { type: 'signedIn'; server: ServerView; person: PersonRef; device: DeviceRef; session: SessionRef };

export type LockReason = 'asked' | 'idle' | 'sleep' | 'clock';
/** `device`: the keyring of the operating system is enough. `signIn`: the browser has to vouch for the person again. */
export type UnlockWay = 'device' | 'signIn';

export interface ServerView {
  origin: string;
  organization: string;
  /** SHA-256 over the keys of the enrolment bundle, lower case hex without separators. */
  fingerprint: string;
  /** No Owner exists yet: the sign-in may carry the bootstrap code. */
  bootstrapOpen: boolean;
}

export interface PersonRef {
  id: Id;
  name: string;
  email: string | null;
  initials: string;
  team: string | null;
}

export interface DeviceRef {
  id: Id;
  name: string;
}

export interface SessionRef {
  id: Id;
  startedAt: Millis;
  /** End of the absolute life: the identity provider is asked again. */
  endsAt: Millis;
}

export type Connection =
  | { type: 'connecting' }
  | { type: 'online'; lastSync: Millis | null; progress: Progress | null }
  | { type: 'offline'; since: Millis; lastSync: Millis | null; reason: OfflineReason };

export interface Progress {
  done: number;
  total: number;
}

export type OfflineReason = 'unreachable' | 'certificate' | 'serverError' | 'sessionEnded' | 'clock';

export type Keyring =
  | { type: 'ok' }
  | { type: 'locked'; detail: string | null }
  | { type: 'absent'; detail: string | null }
  /** The file of the cache is older than the device remembers. */
  | { type: 'rolledBack'; detail: string | null };

export type LogState = { type: 'whole' } | { type: 'unproven'; words: string } | { type: 'violated'; words: string };
