/** Requests for a rotation. */
import type { Id, Millis } from './primitives';
import type { SecretRef } from './secrets';
import type { PersonRef } from './state';

export interface RotationRequest {
  id: Id;
  secret: SecretRef;
  reason: string;
  by: PersonRef;
  at: Millis;
  mine: boolean;
  canAnswer: boolean;
  state: RequestState;
}

export type RequestState =
  | { type: 'open' }
  | { type: 'done'; at: Millis; by: string; version: number }
  | { type: 'refused'; at: Millis; by: string; words: string }
  | { type: 'withdrawn'; at: Millis };

export interface RequestsView {
  /** Newest first, every state. */
  mine: RotationRequest[];
  toAnswer: RotationRequest[];
  /** Answered by anyone, on secrets this person may rotate. */
  answered: RotationRequest[];
}
