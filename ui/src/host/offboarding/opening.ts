/** What opening a case would do, and when it waits for a second pair of eyes. */
import type { RoleRef } from '../access';
import type { FoundSystemView } from '../offboarding';
import type { Id } from '../primitives';
import type { PersonRef } from '../state';
import type { BrakeReason, CaseEffect, CaseView } from './cases';
import type { RadiusNumbers } from './radius';

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
