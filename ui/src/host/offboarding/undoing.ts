/** What a case ended, to be given again. */
import type { RoleRef } from '../access';
import type { Id, Millis } from '../primitives';

export interface EndedAccessView {
  grants: EndedGrantView[];
  /** Teams that people here had put them into. */
  teams: EndedTeamView[];
}

/** What somebody's newest case ended, as far as one may give it again. */
export interface EndedOfView {
  case: Id;
  access: EndedAccessView;
}

export interface EndedTeamView {
  id: Id;
  name: string;
  restored: boolean;
}

export interface EndedGrantView {
  id: Id;
  role: RoleRef;
  path: string;
  endsAt: Millis | null;
  conditions: string[];
  restored: boolean;
}
