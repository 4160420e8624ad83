/** Who has what, what taking from a grant would take, and why one can or cannot. */
import type { EnvironmentClass } from './places';
import type { Id, Millis } from './primitives';
import type { PersonRef } from './state';

/** A place where this person may look at grants. */
export interface AccessPlace {
  id: Id;
  /** Empty for the organization. */
  path: string;
  /** Number of segments. */
  depth: number;
  class: EnvironmentClass | null;
  /** This person may give access here. */
  mayGive: boolean;
}

export interface AccessPlaces {
  /** Parents first. */
  places: AccessPlace[];
  /** Further places show after a fresh sign-in. */
  afresh: boolean;
}

export type PrincipalKind = 'person' | 'team' | 'service';

export interface PrincipalView {
  person: PersonRef;
  kind: PrincipalKind;
  /** Whether it can act at present. */
  active: boolean;
}

export interface UsesView {
  /** Null for never. Looking at names leaves no trace. */
  lastAt: Millis | null;
  /** In the last 90 days. */
  recent: number;
}

export type GrantStands =
  | { type: 'counts' }
  | { type: 'notYet'; from: Millis }
  | { type: 'over' }
  | { type: 'void' }
  | { type: 'unmet'; words: string[] };

export type GrantStep = 'shorten' | 'narrow' | 'revoke';

export interface RoleRef {
  id: Id;
  name: string;
}

/** A grant, and how it reaches somebody. */
export interface AccessWay {
  grant: Id;
  role: RoleRef;
  /** Where it was given. */
  place: Id;
  /** Where it was given, empty for the organization. */
  path: string;
  /** Whether that is above the place in question. */
  inherited: boolean;
  /** The team that holds it; null when the principal itself does. */
  team: string | null;
  /** The nested team on the way. */
  through: string | null;
  /** Null where it is not for this person. */
  reason: string | null;
  givenBy: string | null;
  givenAt: Millis;
  from: Millis | null;
  endsAt: Millis | null;
  /** In words. */
  conditions: string[];
  /** The time zone of its hours. */
  zone: string | null;
  stands: GrantStands;
  /** How often anybody used it. */
  uses: UsesView;
  /** What this person may take from it. */
  may: GrantStep[];
}

export interface VerdictView {
  allowed: boolean;
  /** Why, in a sentence. */
  words: string;
  /** Guardrails that forbid it. */
  guardrails: string[];
}

export interface AccessPerson {
  principal: PrincipalView;
  /** The strongest one. */
  role: RoleRef;
  /** Whether what the role is for is allowed now. */
  now: VerdictView;
  /** Of anything here and below. */
  uses: UsesView;
  /** The strongest first. */
  ways: AccessWay[];
}

export interface AccessAtView {
  /** In the order of names. */
  people: AccessPerson[];
  /** Handed back for the next page. */
  next: string | null;
  countedUntil: Millis;
}

export interface AccessGrant {
  way: AccessWay;
  now: VerdictView;
  uses: UsesView;
}

export interface AccessOfView {
  principal: PrincipalView;
  /** In the order of places. */
  grants: AccessGrant[];
  next: string | null;
  /** In which time zone a person works, by its IANA name, as the identity provider says. */
  zone: string | null;
  countedUntil: Millis;
}

export type CellStands = 'counts' | 'notYet' | 'unmet' | 'guardrail' | 'inactive';

export interface MatrixCell {
  /** Number of the place. */
  place: number;
  /** Number of the role. */
  role: number;
  stands: CellStands;
  /** Further grants there. */
  more: number;
  inherited: boolean;
  byTeam: boolean;
  endsAt: Millis | null;
}

export interface MatrixRow {
  principal: PrincipalView;
  /** Only places with access. */
  cells: MatrixCell[];
}

export interface MatrixView {
  places: AccessPlace[];
  roles: RoleRef[];
  rows: MatrixRow[];
  /** Handed back for the next people. */
  next: string | null;
  /** Handed back for the next places. */
  nextPlaces: string | null;
}

export type GrantChange =
  { type: 'revoke' } | { type: 'shorten'; endsAt: Millis } | { type: 'narrow'; role: Id | null; place: Id | null };

export interface LossAt {
  path: string;
  /** Directly there. */
  secrets: number;
  /** What can be done there no more. */
  actions: string[];
}

/** People who lose the same. */
export interface LossGroup {
  people: PersonRef[];
  peopleTotal: number;
  places: LossAt[];
  placesTotal: number;
  secretsTotal: number;
}

export interface DeviceLoss {
  person: PersonRef;
  name: string;
  /** Values that it keeps and must destroy. */
  values: number;
}

/** Exactly what will be lost, by whom. */
export interface GrantPlanView {
  /** Handed back to carry it out. */
  digest: string;
  holder: PersonRef;
  role: RoleRef;
  path: string;
  /** What takes its place. */
  instead: string | null;
  /** When it is lost; null for at once. */
  at: Millis | null;
  /** How many people it reaches. */
  reached: number;
  losses: LossGroup[];
  devices: DeviceLoss[];
  devicesTotal: number;
  valuesTotal: number;
}

export type ExplainAbout = { type: 'secret'; id: Id } | { type: 'place'; id: Id };

export interface ExplainWay {
  way: AccessWay;
  hasAction: boolean;
  decided: boolean;
}

export type Lacking = 'nothing' | 'role' | 'circumstances' | 'noGrantHelps';

export interface ExplainView {
  action: string;
  path: string;
  verdict: VerdictView;
  /** Decided for somebody as well signed in as can be. */
  atBest: boolean;
  ways: ExplainWay[];
  lacking: Lacking;
  /** The least one that would do. */
  role: RoleRef | null;
  /** A few people who may give it. */
  grantors: PersonRef[];
}
