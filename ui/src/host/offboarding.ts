/** Offboarding: what somebody or something reaches and holds, and taking it all away. */
import type { PrincipalView, RoleRef } from './access';
import type { EnvironmentClass } from './places';
import type { Id, Millis } from './primitives';
import type { SecretKind, SecretRef } from './secrets';
import type { PersonRef } from './state';

/** What this person may do here; the server decides each time. */
export interface OffboardingRights {
  conduct: boolean;
  /** Set the brake, and accept that a value stays as it is. */
  own: boolean;
  /** Enable somebody again. */
  enable: boolean;
  /** Give grants somewhere, so that ended ones can be given again there. */
  give: boolean;
}

export type SuspectKind = 'person' | 'device' | 'session' | 'service' | 'secret';

export interface SuspectRef {
  kind: SuspectKind;
  id: Id;
}

export type HoldingWay = 'used' | 'kept' | 'readOffline' | 'copied' | 'revealed';

/** That a version of a value came to a device in one way. */
export interface HoldingView {
  person: PersonRef;
  device: Id;
  deviceName: string;
  way: HoldingWay;
  version: number;
  times: number;
  firstAt: Millis;
  lastAt: Millis;
  /** Until when the device may keep it; null where it never was kept. */
  keptUntil: Millis | null;
}

export interface ConcernedSecret extends SecretRef {
  kind: SecretKind;
  /** Its value may still be good at its target. */
  inBin: boolean;
}

export interface LeakedVersionView {
  secret: ConcernedSecret;
  version: number;
  /** The value has to be changed. */
  current: boolean;
  writtenAt: Millis;
  /** The last time first. */
  holdings: HoldingView[];
}

export interface LeakView {
  /** Empty for a value that was never here. */
  versions: LeakedVersionView[];
  /** There is more than is listed. */
  more: boolean;
}

export interface RadiusNumbers {
  grants: number;
  places: number;
  secrets: number;
  emergency: number;
  /** Values held that are current. */
  known: number;
  /** Those of them that were shown or copied. */
  seen: number;
  /** Those of them that may be kept on a device. */
  kept: number;
  waiting: number;
  alone: number;
  devices: number;
  sessions: number;
  keys: number;
  /** Of a secret: how many reach its value. */
  reachers: number;
}

export interface KnownValue {
  secret: ConcernedSecret;
  version: number;
  /** Since when the value has not changed. */
  since: Millis;
  owner: PersonRef | null;
  /** From 1 to 100. */
  risk: number;
  /** The riskiest and latest first. */
  holdings: HoldingView[];
}

export interface ReachedPlace {
  id: Id;
  path: string;
  class: EnvironmentClass;
  /** Directly in it. */
  secrets: number;
  /** Codes of those that touch values. */
  actions: string[];
}

export interface RadiusGrant {
  id: Id;
  role: RoleRef;
  path: string;
  /** The team that holds it; null when it was given to them. */
  team: string | null;
  from: Millis | null;
  endsAt: Millis | null;
}

export interface RadiusRight {
  id: Id;
  role: RoleRef;
  path: string;
  endsAt: Millis;
}

export type AloneView =
  | { type: 'secret'; secret: ConcernedSecret }
  | { type: 'team'; team: PersonRef }
  | { type: 'service'; service: PersonRef };

export interface WaitingCounts {
  requests: number;
  /** That a value be changed; that stays asked for. */
  rotations: number;
  approvals: number;
  proposals: number;
  /** Of others, which they may answer. */
  answers: number;
  /** Emergency access of others, which they may review. */
  reviews: number;
}

export interface RadiusDevice {
  id: Id;
  name: string;
  system: string;
  seenAt: Millis;
  /** How many values it may keep now. */
  leases: number;
  leasedUntil: Millis | null;
}

export interface RadiusSession {
  id: Id;
  deviceName: string;
  startedAt: Millis;
  endsAt: Millis;
}

/** A living key of a service that they made, so that they may have its private half. */
export interface RadiusKey {
  id: Id;
  service: PersonRef;
  endsAt: Millis;
  lastUsedAt: Millis | null;
}

export type ConnectedKind = 'postgresql' | 'github';

/** What a system says of the teams of an account: the names of the first ones, or why it did not tell. */
export type FoundTeams = { type: 'told'; named: string[]; more: number } | { type: 'untold'; said: string };

/** An account that is there now. */
export interface FoundAccount {
  name: string;
  /** How it is there, in words, teams aside. */
  places: string[];
  /** Null where it can be in none. */
  teams: FoundTeams | null;
  /** By the rules it would be somebody else's, too: a case would take it from nobody. */
  ambiguous: boolean;
}

export interface FoundSystemView {
  system: string;
  kind: ConnectedKind;
  accounts: FoundAccount[];
  /** Why it could not be asked, in words; null where it told. */
  said: string | null;
}

/** A blast radius, or a further page of one of its long lists. */
/** Somebody who reaches the value of a secret. */
export interface ReacherView {
  person: PersonRef;
  /** Else it is used in programs only. */
  reveals: boolean;
  through: RadiusGrant[];
}

export interface SuspectPlace {
  id: Id;
  path: string;
}

export interface RadiusView {
  of: SuspectRef;
  name: string;
  /** Whose device, where it is about one. */
  whose: PersonRef | null;
  /** Where it stands, where it is about a secret. */
  place: SuspectPlace | null;
  at: Millis;
  digest: string;
  /** Of all of it, not of a page. */
  numbers: RadiusNumbers;
  /** The riskiest first. */
  known: KnownValue[];
  reach: ReachedPlace[];
  alone: AloneView[];
  /** Of a secret: who reaches its value now. */
  reachers: ReacherView[];
  /** With the first page only, as all that follows. */
  grants: RadiusGrant[];
  emergency: RadiusRight[];
  waiting: WaitingCounts;
  devices: RadiusDevice[];
  sessions: RadiusSession[];
  keys: RadiusKey[];
  /** Accounts in connected systems, asked now. */
  connected: FoundSystemView[];
  moreKnown: string | null;
  moreReach: string | null;
  moreAlone: string | null;
  moreReachers: string | null;
}

/** `braked` waits for a second pair of eyes, its person suspended; `waiting` for devices and rotations. */
export type CaseStands = 'planned' | 'braked' | 'running' | 'waiting' | 'done' | 'cancelled';
export type BrakeReason = 'protected' | 'many';

export interface CaseStart {
  at: Millis;
  /** On the clocks of the zone, as it was said. */
  local: string;
  zone: string;
}

export interface CaseRow {
  id: Id;
  person: PersonRef;
  /** The identity provider opened it by itself. */
  byProvider: boolean;
  stands: CaseStands;
  openedBy: PersonRef | null;
  openedAt: Millis;
  start: CaseStart | null;
  begunAt: Millis | null;
  brake: BrakeReason | null;
  closedAt: Millis | null;
  openRotations: number;
}

export interface CasesView {
  /** Newest first. */
  cases: CaseRow[];
  next: string | null;
}

export type CaseStepKind = 'access' | 'grants' | 'teams' | 'requests' | 'ownership' | 'rotations' | 'connected';
export type CaseStepState = 'open' | 'failing' | 'done';

export interface CaseStep {
  kind: CaseStepKind;
  state: CaseStepState;
  attempts: number;
  /** Why it failed last, in words. */
  said: string | null;
  nextAt: Millis | null;
  doneAt: Millis | null;
}

export type CaseEffectKind =
  | 'session'
  | 'serviceKey'
  | 'device'
  | 'grant'
  | 'emergencyRight'
  | 'localTeam'
  | 'providerTeam'
  | 'heirTeam'
  | 'teamLeft'
  | 'request'
  | 'approval'
  | 'proposal'
  | 'secretOwner'
  | 'connectedAccount';

export interface CaseEffect {
  kind: CaseEffectKind;
  all: number;
  /** How much of it was given again. */
  restored: number;
}

export interface CaseDeviceView {
  id: Id;
  name: string;
  system: string;
  orderedAt: Millis;
  /** When an unmodified client that never calls again has destroyed everything. */
  leasedUntil: Millis;
  /** When its signed word came. */
  acknowledgedAt: Millis | null;
  /** From the click until then. */
  afterMs: number | null;
}

export interface CaseTimes {
  count: number;
  p50Ms: number | null;
  p99Ms: number | null;
}

export interface OwnerProgress {
  /** Null for what nobody owns. */
  owner: PersonRef | null;
  all: number;
  open: number;
  accepted: number;
  dueAt: Millis | null;
}

/** That somebody let a case go on, called it off, or asked for the same. */
export interface CaseVoice {
  by: PersonRef | null;
  at: Millis;
  reason: string | null;
}

export interface CaseBegun {
  clickedAt: Millis;
  /** From when everything of the person was refused. */
  at: Millis;
  refusedAfterMs: number;
  /** The blast radius just before; null where it could not be counted, or not yet. */
  numbers: RadiusNumbers | null;
}

/** A team in which nobody is left. */
export interface LeftTeamView {
  team: PersonRef;
  since: Millis;
  /** The first of the services that it answers for. */
  services: PersonRef[];
  moreServices: number;
}

export interface CaseView {
  id: Id;
  person: PrincipalView;
  byProvider: boolean;
  stands: CaseStands;
  reason: string;
  openedBy: PersonRef | null;
  openedAt: Millis;
  heir: PersonRef | null;
  start: CaseStart | null;
  brake: BrakeReason | null;
  approved: CaseVoice | null;
  begun: CaseBegun | null;
  closed: CaseVoice | null;
  /** When the person came back while it waited. */
  returnedAt: Millis | null;
  undoUntil: Millis | null;
  voices: CaseVoice[];
  steps: CaseStep[];
  effects: CaseEffect[];
  devices: CaseDeviceView[];
  /** Of those that reported. */
  acknowledged: CaseTimes;
  owners: OwnerProgress[];
  /** The connected systems, with the accounts that they told of. */
  connected: CaseSystemView[];
  /** The teams in which it left nobody, until somebody is in them again. */
  left: LeftTeamView[];
  leftMore: boolean;
  mayApprove: boolean;
  mayCancel: boolean;
}

/** `gone` and `kept` were looked for again; `kept` exists and cannot be used. */
export type AccountStands = 'found' | 'disabled' | 'removed' | 'gone' | 'kept' | 'accepted';

export interface CaseAccountView {
  id: Id;
  name: string;
  /** How it was there, in words. */
  places: string[];
  stands: AccountStands;
  /** Why it stays though it cannot be used, in words. */
  kept: string | null;
  /** Why the last attempt failed, in words; null where nothing fails. */
  said: string | null;
  since: Millis | null;
  /** Null when it is settled. */
  nextAt: Millis | null;
  foundAt: Millis;
  disabledAt: Millis | null;
  removedAt: Millis | null;
  verifiedAt: Millis | null;
  accepted: CaseVoice | null;
}

export interface CaseSystemView {
  system: string;
  kind: ConnectedKind;
  /** When it told which accounts are there; null before. */
  askedAt: Millis | null;
  said: string | null;
  since: Millis | null;
  nextAt: Millis | null;
  /** That an Owner accepts that it was not asked. */
  accepted: CaseVoice | null;
  accounts: CaseAccountView[];
}

export type RotationStands = 'open' | 'changed' | 'accepted' | 'gone';

export interface CaseRotation {
  secret: ConcernedSecret;
  version: number;
  /** The way that showed most of it. */
  way: HoldingWay;
  risk: number;
  owner: PersonRef | null;
  dueAt: Millis;
  stands: RotationStands;
  settled: CaseVoice | null;
}

export interface CaseRotations {
  /** The riskiest first. */
  rotations: CaseRotation[];
  next: string | null;
}

export interface EndedAccessView {
  grants: EndedGrantView[];
  /** Teams that people here had put them into. */
  teams: EndedTeamView[];
}

/** What somebody's newest case ended, as far as one may give it again. */
export interface EndedOfView {
  case: Id;
  access: EndedAccessView;
}

export interface EndedTeamView {
  id: Id;
  name: string;
  restored: boolean;
}

export interface EndedGrantView {
  id: Id;
  role: RoleRef;
  path: string;
  endsAt: Millis | null;
  conditions: string[];
  restored: boolean;
}

export interface RehearsalView {
  /** Handed back, so that a repeated call opens one case. */
  case: Id;
  numbers: RadiusNumbers;
  effects: CaseEffect[];
  rotations: number;
  brake: BrakeReason | null;
  /** The teams in which nobody would be left. */
  teams: LonelyTeamView[];
  moreTeams: boolean;
  /** What connected systems say of them now. */
  connected: FoundSystemView[];
}

/** A team in which nobody would be left. */
export interface LonelyTeamView {
  team: PersonRef;
  /** The first of the services that it answers for. */
  services: PersonRef[];
  moreServices: number;
  /** The first of what it gives whoever is in it. */
  holds: TeamHoldsView[];
  moreHolds: number;
  /** Whether this person may put the heir into it, in a case that begins at once. */
  heirMay: boolean;
}

export interface TeamHoldsView {
  role: RoleRef;
  path: string;
}

export interface StartDraft {
  /** `2026-11-27T18:00`. */
  local: string;
  zone: string;
}

export interface CaseDraft {
  /** As the rehearsal said. */
  case: Id;
  person: Id;
  reason: string;
  /** Null for nobody. */
  heir: Id | null;
  /** Teams that the heir comes into, of those that the rehearsal said. */
  teams: Id[];
  /** Null for now. */
  start: StartDraft | null;
}

export interface OpenedCaseView {
  case: CaseView;
  /** Somebody had opened it before. */
  merged: boolean;
}

export interface BrakeView {
  /** More people than this in an hour wait for a second pair of eyes. */
  peoplePerHour: number;
  /** People who always wait for one. */
  protected: PersonRef[];
}
