/** Letters in order, those at the start of a word and in a row counting more. */
export function fuzzy(needle: string, text: string): { score: number; at: number[] } | null {
  const wanted = [...needle.toLowerCase().replace(/\s+/g, '')];
  const letters = [...text.toLowerCase()];
  const at: number[] = [];
  let score = 0;
  let from = 0;
  for (const letter of wanted) {
    const found = letters.indexOf(letter, from);
    if (found < 0) return null;
    if (found === 0 || /[^a-z0-9]/.test(letters[found - 1] ?? '')) score += 4;
    if (found === from && from > 0) score += 3;
    score -= Math.min(3, found - from) * 0.5;
    at.push(found);
    from = found + 1;
  }
  return { score: Math.max(0, score + wanted.length), at };
}
