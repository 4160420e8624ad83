/** Times, ids and what can go wrong. */

export type Millis = number;
export type Id = string;

export interface Problem {
  /** Stable, camelCase; `errors.ts` decides severity, words and action from it. */
  code: string;
  message: string;
  detail: string | null;
  remedy: string | null;
}
