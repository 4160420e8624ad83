import { describe, expect, it } from 'vitest';
import { asProblem, knownCodes, wordingOf } from './errors';

const problem = (code: string, message = '', remedy: string | null = null) => ({ code, message, detail: null, remedy });

describe('wordingOf', () => {
  it.each(knownCodes)('%s reads as sentences', (code) => {
    const { words, remedy } = wordingOf(problem(code));
    for (const sentence of [words, remedy]) {
      if (sentence !== null) expect(sentence).toMatch(/^[A-Z“].*(\.|com)$/s);
    }
  });

  it('says what to do wherever it is not a mere note', () => {
    const silent = knownCodes.filter((code) => {
      const wording = wordingOf(problem(code));
      return wording.severity !== 'note' && wording.remedy === null && wording.action === 'none';
    });
    expect(silent).toEqual([]);
  });

  it('takes the remedy of the host, which knows more', () => {
    expect(wordingOf(problem('diskFull', '', 'Free 20 MB.')).remedy).toBe('Free 20 MB.');
  });

  it('falls back to the words of the host, then to its own', () => {
    expect(wordingOf(problem('brandNew', 'The moon is full.')).words).toBe('The moon is full.');
    expect(wordingOf(problem('brandNew')).words).toBe('Something went wrong.');
  });
});

it('makes a problem of anything thrown', () => {
  expect(asProblem(new Error('boom'))).toMatchObject({ code: 'internal', detail: 'Error: boom' });
  const given = problem('offline');
  expect(asProblem(given)).toBe(given);
});
