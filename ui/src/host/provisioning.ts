/** Tokens of the identity provider's SCIM client. */
import type { Id, Millis } from './primitives';
import type { PersonRef } from './state';

export interface ProvisioningTokenView {
  id: Id;
  name: string;
  madeBy: PersonRef;
  madeAt: Millis;
  endsAt: Millis;
  /** To the minute or so. */
  lastUsedAt: Millis | null;
  /** Whether it came in place of another one. */
  replaces: boolean;
  /** When it was ended before its time. */
  endedAt: Millis | null;
}

export interface ProvisioningView {
  /** The address that the provider is pointed to. */
  base: string;
  /** The claim of the ID token that says what its `externalId` says. */
  claim: string;
  /** Whether groups come from it too. */
  groups: boolean;
  tokens: ProvisioningTokenView[];
}

export interface ProvisioningTokenDraft {
  name: string;
  days: number;
}

export interface ProvisioningTokenTurn {
  days: number;
  /** How long the one before goes on; 0 ends it at once. */
  overlapHours: number;
}
