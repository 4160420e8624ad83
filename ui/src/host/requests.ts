/** Requests for a rotation and for access. */
import type { Id, Millis, Problem } from './primitives';
import type { SecretRef } from './secrets';
import type { PersonRef } from './state';

export interface RotationRequest {
  id: Id;
  secret: SecretRef;
  reason: string;
  by: PersonRef;
  at: Millis;
  mine: boolean;
  /** May approve, refuse or fulfil it. */
  canAnswer: boolean;
  /** May fulfil it with a new version. */
  canFulfil: boolean;
  /** May approve it, so that it can be fulfilled. */
  canApprove: boolean;
  /** May take it back, as the server says: not what was queued by their own emergency access. */
  canWithdraw: boolean;
  /** Somebody has to approve it first. */
  waitsForApproval: boolean;
  state: RequestState;
}

/** A role at a place, for a time. */
export interface AccessRequest {
  id: Id;
  role: Id;
  roleName: string;
  place: Id;
  /** Empty for the whole organization. */
  path: string;
  /** The secret for whose sake it is asked. */
  secret: SecretRef | null;
  seconds: number;
  /** It prolongs earlier access. */
  extends: boolean;
  reason: string;
  by: PersonRef;
  at: Millis;
  mine: boolean;
  state: AccessState;
  /** Who approved so far, oldest first. */
  steps: ApprovalStep[];
  /** How many have to. */
  needed: number;
  /** Some who can; only of one's own while it is open. */
  approvers: PersonRef[];
  lapsesAt: Millis | null;
  /** What it became. */
  given: GivenAccess | null;
  /** What this person can do about it, as the server says. */
  can: RequestVerbs;
}

export interface RequestVerbs {
  approve: boolean;
  refuse: boolean;
  withdraw: boolean;
  handBack: boolean;
}

export interface ApprovalStep {
  by: string;
  at: Millis;
  words: string;
}

export interface GivenAccess {
  roleName: string;
  path: string;
  endsAt: Millis;
  endedAt: Millis | null;
  /** Null when the person who asked handed it back. */
  endedBy: string | null;
  byRule: boolean;
}

export type AccessState =
  | { type: 'open' }
  | { type: 'approved'; at: Millis; by: string; lives: boolean }
  | { type: 'lapsed'; at: Millis }
  | { type: 'refused'; at: Millis; by: string; words: string }
  | { type: 'withdrawn'; at: Millis };

export type AnyRequest = ({ type: 'rotation' } & RotationRequest) | ({ type: 'access' } & AccessRequest);

export interface AccessOptions {
  place: Id;
  path: string;
  /** Secrets that it would reach; null where one may not know. */
  reaches: number | null;
  /** From least to most. */
  roles: AccessOption[];
  steps: number;
}

export interface AccessOption {
  role: Id;
  name: string;
  /** Codes of the actions that it would newly allow. */
  newly: string[];
  approvers: PersonRef[];
  /** For at most so long a rule approves it at once. */
  atOnceSeconds: number | null;
}

export interface AskAccess {
  role: Id;
  place: Id;
  secret: Id | null;
  seconds: number;
  reason: string;
  extends: Id | null;
}

/** Null = as asked. */
export interface ApproveAccess {
  role: Id | null;
  place: Id | null;
  seconds: number | null;
  words: string;
}

export interface RequestEvidence {
  newly: NewlyAllowed[];
  samePerson: SimilarRequests;
  others: SimilarRequests;
  lastReadAt: Millis | null;
  lastReadByAnyoneAt: Millis | null;
  outside: boolean;
  lesser: Choice[];
  below: Choice[];
}

export interface Choice {
  id: Id;
  name: string;
}

export interface NewlyAllowed {
  action: string;
  places: number;
  secrets: number;
}

export interface SimilarRequests {
  asked: number;
  approved: number;
  refused: number;
}

export interface AnswerOutcome {
  id: Id;
  problem: Problem | null;
}

export type RequestState =
  | { type: 'open' }
  | { type: 'done'; at: Millis; by: string; version: number }
  | { type: 'refused'; at: Millis; by: string; words: string }
  | { type: 'withdrawn'; at: Millis };

export interface RequestsView {
  /** Newest first, every state. */
  mine: AnyRequest[];
  toAnswer: AnyRequest[];
  /** Answered by anyone, where this person may answer. */
  answered: AnyRequest[];
}

/** Requests of any age. */
export interface RequestHistory {
  /** Newest first. */
  requests: AnyRequest[];
  /** Where the next page begins; null after the last one. */
  next: string | null;
}
