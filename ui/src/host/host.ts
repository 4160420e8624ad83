/**
 * The one door between the page and whatever runs it.
 *
 * Every time is integer milliseconds UTC, every id an opaque string. A command answers with a value or rejects with a
 * {@link Problem}. No reply carries a secret value, except that of `revealValue`.
 */

export type Millis = number;
export type Id = string;

export interface Problem {
  /** Stable, camelCase; `errors.ts` decides severity, words and action from it. */
  code: string;
  message: string;
  detail: string | null;
  remedy: string | null;
}

/* ---------------------------------------------------------------- state */

export interface AppState {
  session: SessionState;
  connection: Connection;
  keyring: Keyring;
  log: LogState;
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

/* ---------------------------------------------------------------- vault */

export type EnvironmentClass = 'production' | 'staging' | 'development' | 'test' | 'sandbox' | 'unclassified';

export type SecretKind =
  'generic' | 'apiKey' | 'password' | 'connectionString' | 'certificate' | 'keyPair' | 'oneTimeSeed';

export interface PlacesView {
  /** Every scope with something in it for this person, parents before children, in display order. */
  places: Place[];
  favourites: SecretRef[];
  /** Secrets over all places. */
  total: number;
  /** Requests that wait for an answer by this person. */
  toAnswer: number;
}

export interface Place {
  id: Id;
  parent: Id | null;
  /** One segment. */
  name: string;
  path: string;
  /** Number of segments; 1 is a project, 2 an environment, 3 and more lie within one. */
  depth: number;
  /** Of an environment and of what lies within; null for a project. */
  class: EnvironmentClass | null;
  /** Secrets here and beneath. */
  count: number;
  rights: PlaceRights;
  /** How long an offline copy from here may be kept, null where policy allows none. */
  offlineFor: Millis | null;
  keptOffline: KeptOffline | null;
}

export interface PlaceRights {
  create: boolean;
  keepOffline: boolean;
}

export interface KeptOffline {
  values: number;
  /** When the first of the leases ends. */
  readableUntil: Millis;
}

export interface SecretRef {
  id: Id;
  title: string;
  envName: string | null;
  /** Scope path, without the secret itself. */
  path: string;
}

export type ListFilter = 'all' | 'due' | 'recent' | 'canAsk';

export interface ListQuery {
  place: Id | null;
  filter: ListFilter;
  owner: Id | null;
  offset: number;
  limit: number;
}

export interface ListPage {
  total: number;
  offset: number;
  /** How many each filter would show at this place. */
  counts: { all: number; due: number; recent: number; canAsk: number };
  rows: SecretRow[];
}

export interface SecretRow extends SecretRef {
  kind: SecretKind;
  lastUsedAt: Millis | null;
  tag: RowTag | null;
  /** The person may only know that it exists. */
  knownOnly: boolean;
}

export type RowTag =
  | { type: 'due'; at: Millis }
  | { type: 'expires'; at: Millis }
  | { type: 'accessEnds'; at: Millis }
  | { type: 'useOnly' }
  | { type: 'ask' }
  | { type: 'requested' };

export interface SearchReply {
  secrets: SecretHit[];
  people: PersonHit[];
}

/** Matches are indices of Unicode code points. */
export interface SecretHit {
  row: SecretRow;
  /** In `envName ?? title`. */
  nameMatches: number[];
  pathMatches: number[];
}

export interface PersonHit {
  person: PersonRef;
  nameMatches: number[];
  /** Secrets of theirs within sight. */
  owns: number;
}

export type SecretView = ({ type: 'full' } & SecretDetail) | ({ type: 'knownOnly' } & KnownSecret);

export interface KnownSecret extends SecretRef {
  owner: PersonRef | null;
  canGrant: PersonRef[];
}

export interface SecretDetail extends SecretRef {
  place: Id;
  class: EnvironmentClass;
  kind: SecretKind;
  tags: string[];
  note: string | null;
  owner: PersonRef | null;
  createdAt: Millis;
  /** Handed back with `updateMetadata`, so that nobody overwrites what they did not see. */
  revision: number;
  currentVersion: number | null;
  /** Newest first. */
  versions: VersionView[];
  rotation: Rotation | null;
  expiresAt: Millis | null;
  offline: OfflineCopy | null;
  rights: SecretRights;
  why: Why[];
  openRequests: RotationRequest[];
  favourite: boolean;
  /** How to hand it to a program, when the command line is installed. */
  runCommand: string | null;
}

export type Stage = 'current' | 'pending' | 'previous' | 'old';

export interface VersionView {
  number: number;
  stage: Stage;
  createdAt: Millis;
  by: string;
  /** Bytes of the value. */
  size: number;
}

export interface Rotation {
  changedAt: Millis;
  /** Null when nothing limits its age. */
  maxAge: Millis | null;
}

export interface OfflineCopy {
  issuedAt: Millis;
  readableUntil: Millis;
}

export interface SecretRights {
  use: boolean;
  reveal: boolean;
  write: boolean;
  editMetadata: boolean;
  delete: boolean;
  requestRotation: boolean;
  /** May answer requests for rotation. */
  rotate: boolean;
}

export interface Why {
  grant: Id;
  role: string;
  scope: string;
  /** The team through which the grant reaches the person. */
  throughTeam: string | null;
  givenBy: string;
  givenAt: Millis;
  reason: string | null;
  endsAt: Millis | null;
  conditions: Condition[];
}

export interface Condition {
  /** A sentence, as "Production asks for multi-factor sign-in: done at 09:12 today." */
  words: string;
  met: boolean;
}

export interface CopyReply {
  clearsAt: Millis;
  /** Read from the offline copy, journaled on this device first. */
  offline: boolean;
}

export interface RevealReply {
  value: RevealedValue;
  hidesAt: Millis;
  offline: boolean;
}

export type RevealedValue = { type: 'text'; text: string } | { type: 'binary'; base64: string; size: number };

export type ValueInput = { type: 'text'; text: string } | { type: 'binary'; base64: string };

export interface SecretDraft {
  place: Id;
  title: string;
  envName: string | null;
  kind: SecretKind;
  tags: string[];
  note: string | null;
  value: ValueInput;
}

export interface MetadataEdit {
  revision: number;
  title: string;
  envName: string | null;
  kind: SecretKind;
  tags: string[];
  note: string | null;
}

export interface BinRow extends SecretRef {
  kind: SecretKind;
  deletedAt: Millis;
  deletedBy: string;
  /** After this it is gone. */
  goneAt: Millis;
  canRestore: boolean;
}

/* ------------------------------------------------------------- requests */

export interface RotationRequest {
  id: Id;
  secret: SecretRef;
  reason: string;
  by: PersonRef;
  at: Millis;
  mine: boolean;
  canAnswer: boolean;
  state: RequestState;
}

export type RequestState =
  | { type: 'open' }
  | { type: 'done'; at: Millis; by: string; version: number }
  | { type: 'refused'; at: Millis; by: string; words: string }
  | { type: 'withdrawn'; at: Millis };

export interface RequestsView {
  /** Newest first, every state. */
  mine: RotationRequest[];
  toAnswer: RotationRequest[];
  /** Answered by anyone, on secrets this person may rotate. */
  answered: RotationRequest[];
}

/* -------------------------------------------------------------- history */

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
  | 'accessGiven'
  | 'accessEnded'
  | 'purged'
  | 'signedIn'
  | 'signedOut'
  | 'sessionEnded'
  | 'deviceEnrolled'
  | 'deviceEnded'
  | 'historyExported'
  | 'signInChecked'
  | 'sessionSuspended'
  | 'replayDetected'
  | 'accountCreated'
  | 'accountChanged'
  | 'placeChanged'
  | 'rulesChanged'
  | 'purgeOrdered'
  | 'journalDoubted'
  /** Something that this version of Claviger has no words for. */
  | 'other';

export type EntryProof = 'inLog' | 'pending' | 'violated';

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

/* ------------------------------------------------- device and settings */

export interface LeaseSummary {
  place: Id;
  path: string;
  class: EnvironmentClass;
  values: number;
  readableUntil: Millis;
  /** Asked for with "Keep for offline"; otherwise left by online use. */
  kept: boolean;
}

export interface DeviceView {
  id: Id;
  name: string;
  system: string;
  thisDevice: boolean;
  state: 'active' | 'ending' | 'ended';
  enrolledAt: Millis;
  lastSeenAt: Millis;
  leases: number;
  sessions: DeviceSession[];
}

export interface DeviceSession {
  id: Id;
  current: boolean;
  startedAt: Millis;
  endsAt: Millis;
  lastSeenAt: Millis;
  address: string | null;
}

export type Theme = 'system' | 'light' | 'dark' | 'highContrast';

export interface Settings {
  theme: Theme;
  /** Minutes without activity, null for never. */
  lockAfterMinutes: number | null;
  clipboardSeconds: number;
  revealSeconds: number;
}

/* --------------------------------------------------------------- events */

export type ChangedArea = 'places' | 'secrets' | 'requests' | 'history' | 'devices' | 'settings';

export interface HostEvents {
  stateChanged: AppState;
  /** A hint to ask again. */
  changed: { areas: ChangedArea[]; secrets: Id[] };
  clipboardCleared: { reason: 'time' | 'asked' | 'replaced' | 'locked' };
  /** A signed order took something away from this device. */
  orderExecuted: { scope: string; secrets: number; values: number; at: Millis };
}

export type Unsubscribe = () => void;

/* ----------------------------------------------------------- the door */

export interface Host {
  on<E extends keyof HostEvents>(event: E, listener: (payload: HostEvents[E]) => void): Unsubscribe;

  state(): Promise<AppState>;
  /** Fetches the enrolment bundle; nothing is pinned before `confirmServer`. */
  connectServer(origin: string): Promise<ServerView>;
  confirmServer(origin: string, fingerprint: string): Promise<void>;
  /** Unpins the server and destroys what this device holds of it. */
  forgetServer(): Promise<void>;
  /** Resolves when the person is signed in, rejects with `signInCancelled` after `cancelSignIn`. */
  signIn(bootstrapCode: string | null): Promise<void>;
  cancelSignIn(): Promise<void>;
  signOut(): Promise<void>;
  lock(): Promise<void>;
  unlock(): Promise<void>;
  /** The person is there: starts the time until the lock anew. */
  noteActivity(): Promise<void>;
  syncNow(): Promise<void>;

  places(): Promise<PlacesView>;
  list(query: ListQuery): Promise<ListPage>;
  /** Best match first. Without text: the secrets used last. */
  search(text: string, limit: number): Promise<SearchReply>;
  secret(id: Id): Promise<SecretView>;
  setFavourite(id: Id, on: boolean): Promise<void>;
  copyValue(id: Id, version: number | null): Promise<CopyReply>;
  clearClipboard(): Promise<void>;
  /** Names, paths, commands: nothing secret, and it stays. */
  copyText(text: string): Promise<void>;
  revealValue(id: Id, version: number | null): Promise<RevealReply>;
  createSecret(draft: SecretDraft): Promise<Id>;
  updateMetadata(id: Id, edit: MetadataEdit): Promise<void>;
  /** Answers with the number of the version. `fulfils` is a request for rotation that this answers. */
  newVersion(id: Id, value: ValueInput, fulfils: Id | null): Promise<number>;
  deleteSecret(id: Id): Promise<void>;
  restoreSecret(id: Id): Promise<void>;
  bin(): Promise<BinRow[]>;
  keepOffline(place: Id, on: boolean): Promise<KeptOffline | null>;

  requests(): Promise<RequestsView>;
  requestRotation(secret: Id, reason: string): Promise<Id>;
  refuseRequest(id: Id, words: string): Promise<void>;
  withdrawRequest(id: Id): Promise<void>;

  history(query: HistoryQuery): Promise<HistoryPage>;
  proofStatus(): Promise<ProofStatus>;
  /** Null when the person closed the file dialog. */
  exportHistory(format: ExportFormat, query: HistoryQuery): Promise<ExportReply | null>;

  leases(): Promise<LeaseSummary[]>;
  devices(): Promise<DeviceView[]>;
  endSession(id: Id): Promise<void>;
  endDevice(id: Id): Promise<void>;
  settings(): Promise<Settings>;
  setSettings(settings: Settings): Promise<void>;
}
