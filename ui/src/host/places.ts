/** Places: projects, environments and what lies within. */
import type { Id, Millis } from './primitives';
import type { SecretRef } from './secrets';

export type EnvironmentClass = 'production' | 'staging' | 'development' | 'test' | 'sandbox' | 'unclassified';

export interface PlacesView {
  /** Every scope with something in it for this person, parents before children, in display order. */
  places: Place[];
  favourites: SecretRef[];
  /** Secrets over all places. */
  total: number;
  /** Requests that wait for an answer by this person. */
  toAnswer: number;
}

export interface Place {
  id: Id;
  parent: Id | null;
  /** One segment. */
  name: string;
  path: string;
  /** Number of segments; 1 is a project, 2 an environment, 3 and more lie within one. */
  depth: number;
  /** Of an environment and of what lies within; null for a project. */
  class: EnvironmentClass | null;
  /** Secrets here and beneath. */
  count: number;
  rights: PlaceRights;
  /** How long an offline copy from here may be kept, null where policy allows none. */
  offlineFor: Millis | null;
  keptOffline: KeptOffline | null;
}

export interface PlaceRights {
  create: boolean;
  keepOffline: boolean;
}

export interface KeptOffline {
  values: number;
  /** When the first of the leases ends; null while there is nothing to keep. */
  readableUntil: Millis | null;
}
