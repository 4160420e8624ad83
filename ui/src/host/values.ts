/** Values on their way in and out. */
import type { Id, Millis } from './primitives';
import type { SecretKind } from './secrets';

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
