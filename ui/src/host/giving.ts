/** Giving access: which roles would do, who may receive one, what a grant would newly allow. */
import type { PrincipalView } from './access';
import type { Id, Millis } from './primitives';

/** A role that could be given at a place. */
export interface GiveChoice {
  role: Id;
  name: string;
  /** Codes. */
  actions: string[];
  /** Why this person may not give it here; null when they may. */
  refused: string | null;
  /** With an end it could be given. */
  needsEnd: boolean;
}

export interface GiveReceiver {
  principal: PrincipalView;
  /** Only with an end, since they are from outside. */
  needsEnd: boolean;
}

export interface GiveReceivers {
  /** In the order of names. */
  receivers: GiveReceiver[];
  /** More have these letters than are shown. */
  more: boolean;
}

export interface GiveHours {
  /** IANA name. */
  zone: string;
  /** 0 is Monday; empty for every day. */
  days: number[];
  /** Such as `08:00`. */
  from: string;
  /** The first minute outside. */
  until: string;
}

export interface GiveConditions {
  /** The multi-factor sign-in is at most so old. */
  multiFactorMinutes: number | null;
  enrolledDevice: boolean;
  /** CIDR notation; empty for anywhere. */
  networks: string[];
  hours: GiveHours | null;
}

export interface GiveAccess {
  principal: Id;
  role: Id;
  place: Id;
  /** Null for at once. */
  startsAt: Millis | null;
  /** Null for no end. */
  endsAt: Millis | null;
  conditions: GiveConditions;
}

export interface GiveNewly {
  action: string;
  places: number;
  secrets: number;
}

export interface GivePlace {
  /** Empty for the organization. */
  path: string;
  secrets: number;
}

export type GiveWarning =
  | { type: 'nothingNew' }
  | { type: 'wide'; secrets: number }
  | { type: 'production'; secrets: number }
  | { type: 'permanent' }
  | { type: 'teamWouldDo'; others: number }
  | { type: 'notYet'; from: Millis }
  | { type: 'outsideHours'; from: Millis | null }
  | { type: 'heldBack'; guardrails: string[] };

/** Exactly what giving it would do. */
export interface GivePlan {
  /** Of the grant or the right; a call that is repeated gives one. */
  grant: Id;
  /** Handed back to give just this. */
  digest: string;
  people: number;
  services: number;
  newly: GiveNewly[];
  /** The first places, by path. */
  places: GivePlace[];
  furtherPlaces: number;
  /** Whether what they have already was subtracted. */
  exact: boolean;
  warnings: GiveWarning[];
}
