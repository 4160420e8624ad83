/** What a change of guardrails does, in words. */
import type { EffectAt, EffectTotals, GuardrailPast } from '../../host/guardrails';
import { count } from '../../words/names';

/** One line for each way in which people and services are concerned; none where nobody is. */
export function totalWords(totals: EffectTotals): { words: string; tone: 'bad' | 'ok' | 'warn' }[] {
  const who = (number: number) => `${number} of the people and services`;
  const lines: [number, string, 'bad' | 'ok' | 'warn'][] = [
    [totals.lost, `${who(totals.lost)} lose something.`, 'bad'],
    [totals.hindered, `For ${who(totals.hindered)} it depends on how they call: signed in, from where, when.`, 'warn'],
    [totals.gained, `${who(totals.gained)} gain something.`, 'ok'],
    [totals.eased, `For ${who(totals.eased)} it depends no more on how they call.`, 'ok'],
    [totals.fails, `For ${who(totals.fails)} it cannot be evaluated, so that it refuses.`, 'bad'],
  ];
  return lines.filter(([number]) => number > 0).map(([, words, tone]) => ({ words, tone }));
}

/** "can no more: use values, reveal and copy values". */
export function effectWords(at: EffectAt): { words: string; tone: 'bad' | 'ok' | 'warn' }[] {
  const parts: [string[], string, 'bad' | 'ok' | 'warn'][] = [
    [at.lost, 'can no more', 'bad'],
    [at.hindered, 'can under some circumstances only', 'warn'],
    [at.gained, 'can newly', 'ok'],
    [at.eased, 'can under all circumstances', 'ok'],
  ];
  return parts
    .filter(([list]) => list.length > 0)
    .map(([list, words, tone]) => ({ words: `${words}: ${list.join(', ')}`, tone }));
}

/** Places at which the same is changed, together: eight lines that say the same say it once. */
export function sameEffects(places: readonly EffectAt[]): { paths: string[]; lines: ReturnType<typeof effectWords> }[] {
  const groups = new Map<string, { paths: string[]; lines: ReturnType<typeof effectWords> }>();
  for (const place of places) {
    const lines = effectWords(place);
    const key = lines.map((line) => line.words).join('; ');
    const group = groups.get(key);
    if (group) group.paths.push(place.path);
    else groups.set(key, { paths: [place.path], lines });
  }
  return [...groups.values()];
}

/** "4 of 6 uses would have been refused, 2 more perhaps." */
export function pastWords(past: GuardrailPast): string {
  const all = count(past.lookedAt, 'use');
  if (past.certainly === 0 && past.perhaps === 0) return `None of ${all} would have been refused.`;
  if (past.certainly === 0) return `${past.perhaps} of ${all} would perhaps have been refused.`;
  const more = past.perhaps > 0 ? `, ${past.perhaps} more perhaps` : '';
  return `${past.certainly} of ${all} would have been refused${more}.`;
}
