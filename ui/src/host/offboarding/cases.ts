/** Cases, their steps, and what they wait for. */
import type { PrincipalView } from '../access';
import type { CaseSystemView } from '../offboarding';
import type { Id, Millis } from '../primitives';
import type { PersonRef } from '../state';
import type { ConcernedSecret, HoldingWay, RadiusNumbers } from './radius';

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
