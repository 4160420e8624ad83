/** What a file's variables may become, and what is odd with them, in words. */
import type { EnvChoice, EnvEntry, EnvLineWrong, EnvOutcome } from '../../host/import';
import { count } from '../../words/names';

export type Into = 'new' | 'version' | 'leave';

export const wrongWords: Record<EnvLineWrong, string> = {
  noValue: 'no “=” in it',
  name: 'not the name of a variable',
  openQuote: 'a quote is not closed',
  afterQuote: 'something stands after the closing quote',
  tooLarge: 'the value is larger than 64 KiB',
};

/** What may be chosen, the proposal first. */
export function choicesOf(entry: EnvEntry): { value: Into; label: string }[] {
  const leave = { value: 'leave', label: 'Leave out' } as const;
  if (entry.overridden || entry.existing?.mayWrite === false) return [leave];
  const take = entry.existing
    ? ({ value: 'version', label: `New version of ${entry.existing.title}` } as const)
    : ({ value: 'new', label: 'New secret' } as const);
  return entry.runsCode ? [leave, take] : [take, leave];
}

/** What a person should know before they choose; never a value. */
export function oddWords(entry: EnvEntry): string[] {
  const odd: string[] = [];
  if (entry.overridden) odd.push('A later line has the same name; programs take that one.');
  if (entry.existing?.mayWrite === false)
    odd.push(`${entry.existing.title} stands here already, and you may not write it.`);
  if (entry.runsCode) odd.push('It would make many programs run other code, so “claviger run” refuses it.');
  if (entry.refers) odd.push('It mentions another variable with “$”, which stays as it is written.');
  if (entry.bytes === 0) odd.push('It is empty.');
  return odd;
}

export function choiceOf(entry: EnvEntry, into: Into): EnvChoice | null {
  if (into === 'leave') return null;
  if (into === 'version')
    return entry.existing && { line: entry.line, into: { type: 'version', secret: entry.existing.id } };
  return { line: entry.line, into: { type: 'new', title: entry.name, kind: entry.kind } };
}

/** "Import 5 secrets and 1 new version". */
export function planWords(choices: readonly EnvChoice[]): string {
  const made = choices.filter((choice) => choice.into.type === 'new').length;
  const written = choices.length - made;
  return [made > 0 ? count(made, 'secret') : '', written > 0 ? count(written, 'new version') : '']
    .filter((words) => words !== '')
    .join(' and ');
}

/** After these nothing further would come through; what is left waits. */
export const broken = ({ problem }: EnvOutcome): boolean =>
  problem !== null && ['offline', 'serverUnreachable', 'serverDown', 'locked', 'signedOut'].includes(problem.code);
