/** Service identities and their keys. */
import type { EnvironmentClass } from './places';
import type { Id, Millis } from './primitives';
import type { PersonRef } from './state';

export type ServiceKind = 'ciJob' | 'application' | 'bot' | 'agent';

export interface ServiceRights {
  /** Rename it, and give it to another team. */
  edit: boolean;
  disable: boolean;
  makeKeys: boolean;
  endKeys: boolean;
}

export interface ServiceKeyView {
  id: Id;
  name: string;
  /** Of its public half. */
  thumbprint: string;
  /** From where it is good; anywhere when empty. */
  networks: string[];
  madeBy: PersonRef;
  madeAt: Millis;
  endsAt: Millis;
  /** When it was ended before its time. */
  endedAt: Millis | null;
  endedBy: PersonRef | null;
  live: boolean;
  /** When it was last exchanged for a token. */
  lastUsedAt: Millis | null;
  /** In 90 days. */
  uses: number;
}

export interface ServiceView {
  id: Id;
  name: string;
  kind: ServiceKind;
  class: EnvironmentClass;
  active: boolean;
  /** The team that answers for it. */
  owner: PersonRef;
  /** Whether that team is active and has somebody in it. */
  answeredFor: boolean;
  home: Id;
  homePath: string | null;
  madeBy: PersonRef | null;
  madeAt: Millis;
  /** Newest first; ended ones for 90 days. */
  keys: ServiceKeyView[];
  rights: ServiceRights;
}

export interface ServicesView {
  /** By name. */
  services: ServiceView[];
  next: string | null;
}

export interface ServiceDraft {
  name: string;
  kind: ServiceKind;
  /** For ever. */
  class: EnvironmentClass;
  /** A team. */
  owner: Id;
  home: Id;
}

/** Null stays as it is. */
export interface ServiceEdit {
  name: string | null;
  owner: Id | null;
  /** With another team: the live keys that were shown to end with it. */
  ends: Id[];
}

export interface ServiceKeyDraft {
  name: string;
  /** 90 days from now when null. */
  endsAt: Millis | null;
  networks: string[];
}

export interface ServiceKeyFile {
  service: ServiceView;
  key: Id;
  /** Where its private half stands, and nowhere else. */
  path: string;
}
