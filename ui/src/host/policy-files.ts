/** Policies as files in a folder. */
import type { Id, Millis } from './primitives';
import type { PersonRef } from './state';

export interface PolicyExport {
  folder: string;
  files: number;
}

export type PolicyKind = 'role' | 'guardrail' | 'grant';
export type PolicyDiffers = 'onlyInFile' | 'onlyInOrganization' | 'otherwise';
/** Who changed it since files were applied last. */
export type PolicySince = 'neverApplied' | 'inFile' | 'inOrganization' | 'both';

export interface PolicyField {
  field: string;
  is: string | null;
  file: string | null;
}

export interface PolicyChange {
  /** The file that speaks of it. */
  path: string;
  kind: PolicyKind;
  id: string;
  name: string;
  differs: PolicyDiffers;
  since: PolicySince;
  /** Stays as it is when the files are applied. */
  left: boolean;
  fields: PolicyField[];
}

export interface PolicyFileProblem {
  path: string;
  message: string;
}

export interface PolicyComparison {
  folder: string;
  files: number;
  changes: PolicyChange[];
  problems: PolicyFileProblem[];
}

/** A service identity that applies files. */
export interface PolicyDelegation {
  grant: Id;
  service: PersonRef;
  /** Empty for the organization. */
  path: string;
  /** Names of roles that it may give and take there. */
  mayGrant: string[];
  roles: boolean;
  guardrails: boolean;
  endsAt: Millis;
  reason: string;
  madeBy: PersonRef;
  approvedBy: PersonRef;
  madeAt: Millis;
}

export interface PolicyDelegationDraft {
  service: Id;
  place: Id;
  mayGrant: Id[];
  roles: boolean;
  guardrails: boolean;
  endsAt: Millis;
}
