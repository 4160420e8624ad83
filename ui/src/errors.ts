import type { Problem } from './host/primitives';
import { device } from './problems/device';
import { giving } from './problems/giving';
import { server } from './problems/server';
import { signingIn } from './problems/signing-in';
import { vault } from './problems/vault';
import { entry, type Wording, type Words } from './problems/wording';

/** The one table from stable codes to what the person reads. */
const table: Words = { ...signingIn, ...server, ...vault, ...device, ...giving };

const unknown = entry(
  'problem',
  'Something went wrong.',
  'Try again. If it stays, tell your administrator what stands under “Details”.',
  'retry',
);

/** The words for a problem; for an unknown code those of the host, if it sent any. */
export function wordingOf(problem: Problem): Wording {
  const known = table[problem.code];
  if (known) return { ...known, remedy: problem.remedy ?? known.remedy };
  return { ...unknown, words: problem.message || unknown.words, remedy: problem.remedy ?? unknown.remedy };
}

export function isProblem(thrown: unknown): thrown is Problem {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'message' in thrown;
}

/** Anything thrown, as a problem. */
export function asProblem(thrown: unknown): Problem {
  if (isProblem(thrown)) return thrown;
  return { code: 'internal', message: '', detail: String(thrown), remedy: null };
}

export const knownCodes: readonly string[] = Object.keys(table);
