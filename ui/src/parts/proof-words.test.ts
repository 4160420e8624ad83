import { expect, it } from 'vitest';
import type { ProofStatus } from '../host/history';
import { proofWords } from './proof-words';

const now = new Date(2026, 10, 21, 12).getTime();
const proof: ProofStatus = {
  log: { type: 'whole' },
  entries: 1204,
  since: now - 100 * 86_400_000,
  pending: 0,
  checkedAt: now - 4_000,
  checkpoint: null,
  witnessed: false,
};

it('claims wholeness only when the log is whole', () => {
  expect(proofWords(proof, now)).toMatchObject({ title: 'Your history is whole.' });
  expect(proofWords(proof, now).words).toContain('1,204 entries');
  expect(proofWords({ ...proof, log: { type: 'unproven', words: 'Not asked yet.' } }, now).title).toBe(
    'Not proved yet.',
  );
  expect(proofWords({ ...proof, log: { type: 'violated', words: 'Entry 7 changed.' } }, now).words).toContain(
    'Entry 7 changed.',
  );
});

it('says what no witness means', () => {
  expect(proofWords(proof, now).how).toContain('two people could be shown different logs');
  expect(proofWords({ ...proof, witnessed: true }, now).how).not.toContain('two people');
});

it('mentions what waits to be sent', () => {
  expect(proofWords({ ...proof, pending: 1 }, now).words).toContain('1 entry of this device waits');
});
