/** Blast radii, and where a leaked value was. */
import type { RoleRef } from '../access';
import type { FoundSystemView } from '../offboarding';
import type { EnvironmentClass } from '../places';
import type { Id, Millis } from '../primitives';
import type { SecretKind, SecretRef } from '../secrets';
import type { PersonRef } from '../state';

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

/** A blast radius, or a further page of one of its long lists. */
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
