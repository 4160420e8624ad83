/** Secrets without their values. */
import type { EnvironmentClass } from './places';
import type { Id, Millis } from './primitives';
import type { RotationRequest } from './requests';
import type { PersonRef } from './state';

export type SecretKind =
  'generic' | 'apiKey' | 'password' | 'connectionString' | 'certificate' | 'keyPair' | 'oneTimeSeed';

export interface SecretRef {
  id: Id;
  title: string;
  envName: string | null;
  /** Scope path, without the secret itself. */
  path: string;
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

export interface BinRow extends SecretRef {
  kind: SecretKind;
  deletedAt: Millis;
  deletedBy: string;
  /** After this it is gone. */
  goneAt: Millis;
  canRestore: boolean;
}
