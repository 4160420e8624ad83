/** Places, teams and roles as those see them who may change them, and changes that wait for a second owner. */
import type { PrincipalView, RoleRef } from './access';
import type { GiveConditions } from './giving';
import type { EnvironmentClass } from './places';
import type { Id, Millis } from './primitives';
import type { PersonRef } from './state';

export type KnownTo = { type: 'nobody' } | { type: 'teams'; teams: Id[] } | { type: 'everyone' };

export interface PlaceVerbs {
  /** Make places in it. */
  create: boolean;
  /** Rename it, and say who may know of it and for how long copies are kept. */
  edit: boolean;
  classify: boolean;
  relocate: boolean;
}

export interface ManagedPlace {
  id: Id;
  parent: Id | null;
  /** Empty for the organization. */
  name: string;
  path: string;
  depth: number;
  /** Set here. */
  class: EnvironmentClass | null;
  environment: boolean;
  knownTo: KnownTo;
  /** Set here, in seconds; null = as above it, 0 = no copies. */
  copiesFor: number | null;
  /** Here and beneath. */
  secrets: number;
  may: PlaceVerbs;
}

export interface NewPlace {
  parent: Id;
  name: string;
  class: EnvironmentClass | null;
}

/** Null = unchanged. */
export interface PlaceEdit {
  name: string | null;
  class: EnvironmentClass | null;
  knownTo: KnownTo | null;
  copiesFor: number | null;
}

export interface MoveChange {
  who: PersonRef;
  /** Codes. */
  gains: string[];
  loses: string[];
}

export interface MovePlanView {
  digest: string;
  /** Afterwards. */
  path: string;
  places: number;
  secrets: number;
  changesClass: boolean;
  changes: MoveChange[];
}

/** How requests are approved at a place. */
export interface ApprovalSettings {
  /** Handed back to change them. */
  digest: string;
  /** Set here; null = as above it. */
  steps: number | null;
  stepsInForce: number;
  /** Whether rotations have to be approved; null = as above it. */
  rotations: boolean | null;
  rotationsInForce: boolean;
  rules: ApprovalRule[];
  mayChange: boolean;
}

/** Approves at once what is asked for here or below. */
export interface ApprovalRule {
  id: Id;
  name: string;
  /** Null for rotations. */
  role: RoleRef | null;
  mostSeconds: number | null;
  /** By name. */
  teams: string[];
  /** Empty for all. */
  classes: EnvironmentClass[];
  conditions: string[];
  /** Who answers for it. */
  author: string;
}

export interface NewRule {
  name: string;
  /** Null for rotations. */
  role: Id | null;
  mostSeconds: number;
  teams: Id[];
  classes: EnvironmentClass[];
  /** For what it gives to count; none for rotations. */
  conditions: GiveConditions;
}

export interface ApprovalEdit {
  digest: string;
  steps: number | null;
  rotations: boolean | null;
  /** Rules that stay. */
  keep: Id[];
  add: NewRule[];
}

export interface ListedPrincipal {
  principal: PrincipalView;
  /** Names of the teams that they are in directly. */
  teams: string[];
  /** Of a team, how many are in it directly. */
  members: number;
}

export interface PeopleView {
  /** By name. */
  principals: ListedPrincipal[];
  mayManageTeams: boolean;
}

export interface TeamMember {
  principal: PrincipalView;
  byProvider: boolean;
  byHand: boolean;
}

export interface TeamView {
  team: PrincipalView;
  members: TeamMember[];
  /** Names of the teams that it is in. */
  within: string[];
  /** Groups of the identity provider that stand for it. */
  groups: string[];
  mayManage: boolean;
}

export interface ActionView {
  code: string;
  words: string;
  /** It touches values. */
  values: boolean;
  /** It is power over others' access, which no role joins with values. */
  authority: boolean;
}

export interface RoleView {
  id: Id;
  name: string;
  builtin: boolean;
  /** Codes. */
  actions: string[];
  /** Null for every role. */
  mayGrant: RoleRef[] | null;
  digest: string;
}

export interface RolesView {
  /** Built-in ones first. */
  roles: RoleView[];
  actions: ActionView[];
  mayManage: boolean;
}

export interface RoleEdit {
  /** Null for a new one. */
  id: Id | null;
  /** Digest of the one that is changed. */
  replaces: string | null;
  name: string;
  actions: string[];
  mayGrant: Id[];
}

export type ChangeOutcome = 'made' | 'proposed';
export type ProposalStands = 'open' | 'made' | 'refused' | 'withdrawn' | 'lapsed';

export type ProposalChange =
  | { type: 'role'; name: string; known: boolean; actions: string[]; mayGrant: string[] | null }
  | { type: 'group'; group: string; team: string }
  /** Text is null where it stays as it is. */
  | { type: 'guardrail'; name: string; becomes: GuardrailBecomes; text: string | null }
  /** A service identity may carry out what files say. */
  | {
      type: 'delegation';
      service: string;
      path: string;
      mayGrant: string[];
      roles: boolean;
      guardrails: boolean;
      endsAt: Millis;
    };

export type GuardrailBecomes = 'new' | 'other' | 'on' | 'off' | 'deleted';

export interface ProposalGain {
  who: string;
  path: string;
  actions: string[];
  mayGrant: string[];
}

/** A change that waits or waited for a second owner. */
export interface ProposalView {
  id: Id;
  digest: string;
  change: ProposalChange;
  /** What its author would gain. */
  gains: ProposalGain[];
  reason: string;
  author: PersonRef;
  mine: boolean;
  at: Millis;
  lapsesAt: Millis;
  stands: ProposalStands;
  answeredBy: string | null;
  words: string | null;
}
