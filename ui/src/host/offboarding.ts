/** Offboarding: what somebody or something reaches and holds, and taking it all away; here with accounts in connected systems. */
import type { CaseVoice } from './offboarding/cases';
import type { Id, Millis } from './primitives';

export type * from './offboarding/cases';
export type * from './offboarding/opening';
export type * from './offboarding/radius';
export type * from './offboarding/undoing';

/** What this person may do here; the server decides each time. */
export interface OffboardingRights {
  conduct: boolean;
  /** Set the brake, and accept that a value stays as it is. */
  own: boolean;
  /** Enable somebody again. */
  enable: boolean;
  /** Give grants somewhere, so that ended ones can be given again there. */
  give: boolean;
}

export type ConnectedKind = 'postgresql' | 'github';

/** What a system says of the teams of an account: the names of the first ones, or why it did not tell. */
export type FoundTeams = { type: 'told'; named: string[]; more: number } | { type: 'untold'; said: string };

/** An account that is there now. */
export interface FoundAccount {
  name: string;
  /** How it is there, in words, teams aside. */
  places: string[];
  /** Null where it can be in none. */
  teams: FoundTeams | null;
  /** By the rules it would be somebody else's, too: a case would take it from nobody. */
  ambiguous: boolean;
}

export interface FoundSystemView {
  system: string;
  kind: ConnectedKind;
  accounts: FoundAccount[];
  /** Why it could not be asked, in words; null where it told. */
  said: string | null;
}

/** `gone` and `kept` were looked for again; `kept` exists and cannot be used. */
export type AccountStands = 'found' | 'disabled' | 'removed' | 'gone' | 'kept' | 'accepted';

export interface CaseAccountView {
  id: Id;
  name: string;
  /** How it was there, in words. */
  places: string[];
  stands: AccountStands;
  /** Why it stays though it cannot be used, in words. */
  kept: string | null;
  /** Why the last attempt failed, in words; null where nothing fails. */
  said: string | null;
  since: Millis | null;
  /** Null when it is settled. */
  nextAt: Millis | null;
  foundAt: Millis;
  disabledAt: Millis | null;
  removedAt: Millis | null;
  verifiedAt: Millis | null;
  accepted: CaseVoice | null;
}

export interface CaseSystemView {
  system: string;
  kind: ConnectedKind;
  /** When it told which accounts are there; null before. */
  askedAt: Millis | null;
  said: string | null;
  since: Millis | null;
  nextAt: Millis | null;
  /** That an Owner accepts that it was not asked. */
  accepted: CaseVoice | null;
  accounts: CaseAccountView[];
}
