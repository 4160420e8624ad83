/** Importing a `.env` file: what was found in it, never its values, nor where it lies. */
import type { Id, Problem } from './primitives';
import type { SecretKind } from './secrets';

export interface EnvFile {
  /** To be handed back. */
  id: Id;
  /** What the file is called. */
  name: string;
  /** In the order of the file. */
  entries: EnvEntry[];
  problems: EnvLineProblem[];
}

export interface EnvEntry {
  /** Where it begins, counted from 1; names it within the file. */
  line: number;
  name: string;
  /** What its name and form suggest. */
  kind: SecretKind;
  bytes: number;
  /** A later line has the same name; programs take that one. */
  overridden: boolean;
  existing: EnvExisting | null;
  /** A run refuses it: it would make many programs run other code. */
  runsCode: boolean;
  /** The value mentions another variable, which is not put in. */
  refers: boolean;
}

/** A secret of this name or variable that stands in the place already. */
export interface EnvExisting {
  id: Id;
  title: string;
  mayWrite: boolean;
}

export type EnvLineWrong = 'noValue' | 'name' | 'openQuote' | 'afterQuote' | 'tooLarge';

export interface EnvLineProblem {
  line: number;
  what: EnvLineWrong;
}

export type EnvInto = { type: 'new'; title: string; kind: SecretKind } | { type: 'version'; secret: Id };

export interface EnvChoice {
  line: number;
  into: EnvInto;
}

export interface EnvOutcome {
  line: number;
  secret: Id | null;
  problem: Problem | null;
}
