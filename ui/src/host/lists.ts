/** Lists of secrets, and what a search finds. */
import type { Id, Millis } from './primitives';
import type { SecretKind, SecretRef } from './secrets';
import type { PersonRef } from './state';

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
