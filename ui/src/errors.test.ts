import { describe, expect, it } from 'vitest';
import { asProblem, knownCodes, wordingOf } from './errors';
import { device } from './problems/device';
import { giving } from './problems/giving';
import { server } from './problems/server';
import { signingIn } from './problems/signing-in';
import { vault } from './problems/vault';

const problem = (code: string, message = '', remedy: string | null = null) => ({ code, message, detail: null, remedy });

describe('wordingOf', () => {
  it.each(knownCodes)('%s reads as sentences', (code) => {
    const { words, remedy } = wordingOf(problem(code));
    for (const sentence of [words, remedy]) {
      if (sentence !== null) expect(sentence).toMatch(/^[A-Z“].*(\.|com)$/s);
    }
  });

  it('has no code twice, of which one would hide the other', () => {
    const codes = [signingIn, server, vault, device, giving].flatMap((words) => Object.keys(words));
    expect(codes.toSorted()).toEqual([...new Set(codes)].toSorted());
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
