/** How loud, and who must act. */
export type Severity = 'note' | 'problem' | 'alarm';

/** What the page can offer beside the words. */
export type Action = 'signIn' | 'retry' | 'unlock' | 'reload' | 'changeServer' | 'none';

export interface Wording {
  severity: Severity;
  words: string;
  remedy: string | null;
  action: Action;
}

/** From stable codes to what the person reads. */
export type Words = Record<string, Wording>;

export const entry = (severity: Severity, words: string, remedy: string | null, action: Action = 'none'): Wording => ({
  severity,
  words,
  remedy,
  action,
});
