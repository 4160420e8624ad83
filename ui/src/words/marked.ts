export interface Piece {
  text: string;
  hit: boolean;
}

/** Splits a text into runs of matched and unmatched code points. */
export function marked(text: string, matches: readonly number[]): Piece[] {
  const hits = new Set(matches);
  const pieces: Piece[] = [];
  [...text].forEach((letter, at) => {
    const hit = hits.has(at);
    const last = pieces.at(-1);
    if (last?.hit === hit) last.text += letter;
    else pieces.push({ text: letter, hit });
  });
  return pieces;
}
