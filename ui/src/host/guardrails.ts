/** Guardrails, for those who may change them. */
import type { ProposalGain } from './organization';
import type { Id, Millis } from './primitives';
import type { PersonRef } from './state';

export interface GuardrailView {
  id: Id;
  name: string;
  /** Cedar. */
  text: string;
  /** It is switched on and off, never changed or deleted. */
  builtin: boolean;
  enabled: boolean;
  digest: string;
  /** Null for a built-in one that is as it came. */
  changedBy: string | null;
  changedAt: Millis | null;
  /** How often it could not be evaluated since then. */
  failures: number;
  failedAt: Millis | null;
}

export interface LanguageAttribute {
  name: string;
  /** The language's own word. */
  kind: string;
  /** One has to ask with `has` first. */
  optional: boolean;
}

/** What a guardrail can speak of. */
export interface GuardrailLanguage {
  /** Null words for a group. */
  actions: { code: string; words: string | null }[];
  entities: { name: string; attributes: LanguageAttribute[] }[];
  context: LanguageAttribute[];
  /** Places, teams, people and services. */
  named: { written: string; name: string }[];
}

/** In UTF-16 units; line and column from 1. */
export interface TextPlace {
  start: number;
  length: number;
  line: number;
  column: number;
}

export interface GuardrailProblem {
  warning: boolean;
  message: string;
  help: string | null;
  /** Null for the whole text. */
  place: TextPlace | null;
}

export interface GuardrailCheck {
  usable: boolean;
  problems: GuardrailProblem[];
}

export type GuardrailWish =
  | { type: 'put'; name: string; text: string; enabled: boolean }
  | { type: 'switch'; enabled: boolean }
  | { type: 'delete' };

export interface GuardrailEdit {
  /** Null for a new one that was not planned yet. */
  id: Id | null;
  /** Digest of the one that is changed. */
  replaces: string | null;
  wish: GuardrailWish;
}

/** Of people and services. */
export interface EffectTotals {
  people: number;
  lost: number;
  gained: number;
  /** It depends on circumstances then. */
  hindered: number;
  /** It depends on circumstances no more. */
  eased: number;
  /** Lost since the guardrail cannot be evaluated. */
  fails: number;
}

/** Actions in words. */
export interface EffectAt {
  path: string;
  lost: string[];
  gained: string[];
  hindered: string[];
  eased: string[];
}

export interface PersonEffect {
  who: PersonRef;
  places: EffectAt[];
  placesTotal: number;
}

export interface PlaceEffect {
  path: string;
  totals: EffectTotals;
}

/** Who loses and gains what; access as it is at best. */
export interface GuardrailPlanView {
  id: Id;
  digest: string;
  totals: EffectTotals;
  /** A page, by name. */
  people: PersonEffect[];
  /** Those with the most people. */
  places: PlaceEffect[];
  placesTotal: number;
  /** What this person would gain. */
  gains: ProposalGain[];
  secondOwner: boolean;
}

export interface PastRow {
  who: PersonRef;
  path: string;
  /** In words. */
  kinds: string[];
  certainly: number;
  /** Under some circumstances. */
  perhaps: number;
  lastAt: Millis;
}

/** What of the last 90 days a text would have refused. */
export interface GuardrailPast {
  since: Millis;
  countedUntil: Millis;
  /** A page, the most first. */
  rows: PastRow[];
  rowsTotal: number;
  certainly: number;
  perhaps: number;
  lookedAt: number;
  /** Done at places that are gone. */
  unknown: number;
  /** Circumstances that the log does not tell, in words. */
  notKnown: string[];
}
