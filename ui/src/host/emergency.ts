/** Emergency access: rights given beforehand, draws, reviews. */
import type { Id, Millis } from './primitives';
import type { SecretRef } from './secrets';
import type { PersonRef } from './state';

export interface EmergencyView {
  /** Rights that have not ended: one's own, and those one may look at. */
  rights: EmergencyRight[];
  /** For further rights of others, which end later than those here. */
  nextRights: string | null;
  /** The first draws: those that last, then what waits for a review, the oldest first, then the reviewed ones of 90 days. */
  draws: EmergencyDraw[];
  /** For more of them. */
  next: string | null;
}

/** Further rights of others; those that end first come first. */
export interface EmergencyRights {
  rights: EmergencyRight[];
  next: string | null;
}

/** Further draws, in the same order. */
export interface EmergencyDraws {
  draws: EmergencyDraw[];
  next: string | null;
}

export interface EmergencyRight {
  id: Id;
  person: PersonRef;
  own: boolean;
  role: string;
  place: Id;
  path: string;
  /** Where one may see it. */
  reason: string | null;
  givenBy: PersonRef | null;
  givenAt: Millis;
  endsAt: Millis;
  mayEnd: boolean;
}

export interface EmergencyDraw {
  id: Id;
  right: Id;
  /** Ending it gives the access back. */
  grant: Id;
  person: PersonRef;
  own: boolean;
  role: string;
  place: Id;
  path: string;
  reason: string;
  drawnAt: Millis;
  /** When it is or was over. */
  overAt: Millis;
  /** Until when it has to be reviewed. */
  reviewDue: Millis;
  /** How often the same person had drawn in the day before. */
  again: number;
  /** A rotation of each is asked for. */
  reads: EmergencyRead[];
  review: EmergencyReview | null;
  mayEnd: boolean;
  /** Once it is over. */
  mayReview: boolean;
}

export interface EmergencyRead {
  secret: SecretRef;
  at: Millis;
}

export type EmergencyVerdict = 'justified' | 'notJustified';

export interface EmergencyReview {
  by: PersonRef;
  at: Millis;
  verdict: EmergencyVerdict;
  words: string;
}

export interface GiveEmergency {
  person: Id;
  role: Id;
  place: Id;
  endsAt: Millis;
}
