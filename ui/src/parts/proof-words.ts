import type { ProofStatus } from '../host/history';
import { count } from '../words/names';
import { ago, date } from '../words/time';

export interface ProofWords {
  title: string;
  words: string;
  how: string;
}

/** What the log proves about this history, and no more than that. */
export function proofWords(proof: ProofStatus, now: number): ProofWords {
  const since = proof.since === null ? '' : ` since ${date(proof.since, now)}`;
  const checked = proof.checkedAt === null ? '' : ` Checked ${ago(proof.checkedAt, now)}.`;
  const pending =
    proof.pending === 0
      ? ''
      : ` ${count(proof.pending, 'entry', 'entries')} of this device ${proof.pending === 1 ? 'waits' : 'wait'} to be sent.`;
  const witness = proof.witnessed
    ? 'An independent witness cosigned what this device saw.'
    : 'No witness cosigns this log, so two people could be shown different logs without noticing.';
  const how = `Each entry names the one before it that concerns you, and each is proved to be in the signed log. ${witness}`;
  switch (proof.log.type) {
    case 'whole':
      return {
        title: 'Your history is whole.',
        words: `${count(proof.entries, 'entry', 'entries')}${since}: none altered, none missing.${checked}${pending}`,
        how,
      };
    case 'unproven':
      return { title: 'Not proved yet.', words: `${proof.log.words}${checked}${pending}`, how };
    case 'violated':
      return {
        title: 'Your history was altered.',
        words: `${proof.log.words} Tell your administrator; nothing here can be relied on.${checked}`,
        how,
      };
  }
}
