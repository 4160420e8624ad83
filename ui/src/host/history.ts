/** One's own history, and whether the log proves it whole. */
import type { Id, Millis } from './primitives';
import type { SecretRef } from './secrets';
import type { LogState } from './state';

export type HistoryGroup = 'reads' | 'changes' | 'requests' | 'access' | 'signIn';

export type HistoryAction =
  | 'copied'
  | 'revealed'
  | 'used'
  | 'keptOffline'
  | 'created'
  | 'newVersion'
  | 'edited'
  | 'deleted'
  | 'restored'
  | 'moved'
  | 'rotationRequested'
  | 'rotationDone'
  | 'rotationRefused'
  | 'rotationWithdrawn'
  | 'accessRequested'
  | 'accessApproved'
  | 'accessRefused'
  | 'accessGiven'
  | 'accessEnded'
  | 'accessShortened'
  | 'emergencyGiven'
  | 'emergencyEnded'
  | 'emergencyDrawn'
  | 'emergencyReviewed'
  | 'purged'
  | 'signedIn'
  | 'signedOut'
  | 'sessionEnded'
  | 'deviceEnrolled'
  | 'deviceEnded'
  | 'historyExported'
  | 'leakLookedUp'
  | 'offboarding'
  | 'signInChecked'
  | 'sessionSuspended'
  | 'replayDetected'
  | 'askedInVain'
  | 'accountCreated'
  | 'accountChanged'
  | 'placeChanged'
  | 'rulesChanged'
  | 'purgeOrdered'
  | 'journalDoubted'
  /** Something that this version of Claviger has no words for. */
  | 'other';

export type EntryProof = 'inLog' | 'pending' | 'unsent' | 'violated';

export interface HistoryRow {
  id: Id;
  at: Millis;
  action: HistoryAction;
  group: HistoryGroup;
  secret: SecretRef | null;
  version: number | null;
  /** Somebody else who acted on what concerns this person. */
  by: string | null;
  /** The program a value was handed to. */
  program: string | null;
  device: string | null;
  address: string | null;
  offline: boolean;
  /** Told by the device after the fact, not witnessed by the server. */
  deviceReported: boolean;
  /** Why it was refused, in words; null when it was done. */
  refused: string | null;
  proof: EntryProof;
}

export interface HistoryQuery {
  from: Millis;
  to: Millis;
  /** Empty: all. */
  groups: HistoryGroup[];
  refusedOnly: boolean;
  secret: Id | null;
  offset: number;
  limit: number;
}

export interface HistoryPage {
  total: number;
  offset: number;
  /** Newest first. */
  rows: HistoryRow[];
  /** One for each local day of the range that has any entry, oldest first. */
  days: DayCount[];
}

export interface DayCount {
  /** Local date, `YYYY-MM-DD`. */
  day: string;
  reads: number;
  changes: number;
  other: number;
  refused: number;
}

export interface ProofStatus {
  log: LogState;
  /** Entries of this person that were checked. */
  entries: number;
  since: Millis | null;
  pending: number;
  checkedAt: Millis | null;
  checkpoint: { origin: string; size: number; at: Millis } | null;
  /** A witness has cosigned the checkpoint. */
  witnessed: boolean;
}

export type ExportFormat = 'csv' | 'json';

export interface ExportReply {
  path: string;
  rows: number;
}
