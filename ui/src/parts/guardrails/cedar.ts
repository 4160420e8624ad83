/** Cedar in an editor: colours, marks of problems, and what can be written at a place. */
import type { GuardrailLanguage, GuardrailProblem } from '../../host/guardrails';

export type Tone = 'comment' | 'string' | 'word' | 'type' | 'number' | 'plain';

/** A run of text of one look. */
export interface Run {
  text: string;
  tone: Tone;
  mark: 'error' | 'warning' | null;
}

const words = new Set(
  'forbid permit when unless if then else in is has like principal action resource context true false'.split(' '),
);
const pattern = /\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"?|[A-Za-z_]\w*|\d+/gu;

function toneOf(token: string, after: string): Tone {
  if (token.startsWith('//')) return 'comment';
  if (token.startsWith('"')) return 'string';
  if (/^\d/u.test(token)) return 'number';
  if (words.has(token)) return 'word';
  return after.startsWith('::') || /^[A-Z]/u.test(token) ? 'type' : 'plain';
}

function toned(text: string): { from: number; to: number; tone: Tone }[] {
  const found: { from: number; to: number; tone: Tone }[] = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    const to = match.index + match[0].length;
    if (match.index > at) found.push({ from: at, to: match.index, tone: 'plain' });
    found.push({ from: match.index, to, tone: toneOf(match[0], text.slice(to)) });
    at = to;
  }
  if (at < text.length) found.push({ from: at, to: text.length, tone: 'plain' });
  return found;
}

/** The text in runs; problems without a width are marked by the character before them. */
export function runs(text: string, problems: readonly GuardrailProblem[]): Run[] {
  const marks = problems.flatMap(({ place, warning }) => {
    if (!place || text === '') return [];
    const from = Math.min(place.start, text.length - 1);
    const start = place.length === 0 ? Math.max(0, text.slice(0, from + 1).trimEnd().length - 1) : from;
    return [{ from: start, to: Math.max(start + 1, place.start + place.length), warning }];
  });
  return toned(text).flatMap(({ from, to, tone }) => {
    const cuts = new Set([from, to]);
    for (const mark of marks) for (const edge of [mark.from, mark.to]) if (edge > from && edge < to) cuts.add(edge);
    const edges = [...cuts].sort((a, b) => a - b);
    return edges.slice(1).map((end, nth) => {
      const start = edges[nth] ?? from;
      const over = marks.filter((mark) => mark.from < end && mark.to > start);
      const mark = over.length === 0 ? null : over.every(({ warning }) => warning) ? 'warning' : 'error';
      return { text: text.slice(start, end), tone, mark } satisfies Run;
    });
  });
}

/**
 * A text about a place in it. `at` is the letter there, by which the place is measured: where lines wrap, a place
 * without one would be at the end of the line before.
 */
export function around(text: string, place: number): { before: string; at: string; after: string } {
  const next = text.codePointAt(place);
  const letter = next === undefined ? '' : String.fromCodePoint(next);
  // Nothing wide enough to break a line stands at the end of one.
  const at = letter === '' || letter === '\n' ? '\u200b' : letter;
  return { before: text.slice(0, place), at, after: text.slice(place + (at === letter ? letter.length : 0)) };
}

export interface Offer {
  /** What is written. */
  insert: string;
  label: string;
  hint: string;
}

export interface Offers {
  /** From here to the caret is replaced. */
  from: number;
  offers: Offer[];
}

const most = 60;

function matching(offers: Offer[], typed: string): Offer[] {
  const low = typed.toLowerCase();
  const begins = ({ label, insert }: Offer) =>
    label.toLowerCase().startsWith(low) || insert.toLowerCase().startsWith(low);
  const has = ({ label, hint }: Offer) => label.toLowerCase().includes(low) || hint.toLowerCase().includes(low);
  const first = offers.filter(begins);
  return [...first, ...offers.filter((offer) => !begins(offer) && has(offer))].slice(0, most);
}

/** What can be written at the caret. */
export function offersAt(text: string, caret: number, language: GuardrailLanguage): Offers {
  const before = text.slice(0, caret);
  const entity = /\b([A-Z]\w*)::"([^"\n]*)$/u.exec(before);
  if (entity) return ofEntity(entity[1] ?? '', entity[2] ?? '', text, caret, language);
  const attribute = /\b(principal|resource|context)(?:\.| has )(\w*)$/u.exec(before);
  if (attribute) {
    const typed = attribute[2] ?? '';
    return { from: caret - typed.length, offers: matching(attributesOf(attribute[1] ?? '', language), typed) };
  }
  const typed = /[\w./-]*$/u.exec(before)?.[0] ?? '';
  return { from: caret - typed.length, offers: matching(anything(language), typed) };
}

function ofEntity(kind: string, typed: string, text: string, caret: number, language: GuardrailLanguage): Offers {
  const closed = text.slice(caret).startsWith('"') ? '' : '"';
  const known: Offer[] =
    kind === 'Action'
      ? language.actions.map(({ code, words: hint }) => ({ insert: code + closed, label: code, hint: hint ?? 'group' }))
      : language.named
          .filter(({ written }) => written.startsWith(`${kind}::`))
          .map(({ written, name }) => ({
            insert: written.slice(kind.length + 3, -1) + closed,
            label: name,
            hint: kind.toLowerCase(),
          }));
  return { from: caret - typed.length, offers: matching(known, typed) };
}

function attributesOf(subject: string, language: GuardrailLanguage): Offer[] {
  const kinds = subject === 'principal' ? ['Person', 'Service', 'Team'] : ['Scope', 'Secret'];
  const known =
    subject === 'context'
      ? language.context.map((one) => ({ one, of: 'of the call' }))
      : language.entities
          .filter(({ name }) => kinds.includes(name))
          .flatMap(({ name, attributes }) => attributes.map((one) => ({ one, of: `of a ${name.toLowerCase()}` })));
  const seen = new Map<string, Offer>();
  for (const { one, of } of known) {
    const hint = `${one.kind}, ${of}${one.optional ? ', may be absent' : ''}`;
    const offer = seen.get(one.name);
    seen.set(one.name, { insert: one.name, label: one.name, hint: offer ? `${offer.hint} or ${of.slice(3)}` : hint });
  }
  return [...seen.values()];
}

function anything(language: GuardrailLanguage): Offer[] {
  const word = (label: string, hint: string) => ({ insert: label, label, hint });
  return [
    ...['principal', 'action', 'resource', 'context'].map((one) => word(one, 'what is asked')),
    ...['when', 'unless', 'in', 'is', 'has', 'like', 'if', 'then', 'else', 'true', 'false', 'forbid'].map((one) =>
      word(one, 'word'),
    ),
    ...language.entities.map(({ name }) => word(name, 'kind')),
    ...language.actions.map(({ code, words: hint }) => ({
      insert: `Action::"${code}"`,
      label: code,
      hint: hint ?? 'group of actions',
    })),
    ...language.named.map(({ written, name }) => ({
      insert: written,
      label: name,
      hint: written.slice(0, written.indexOf(':')).toLowerCase(),
    })),
  ];
}

/** The names of the ids in a text, each once. */
export function namesIn(text: string, language: GuardrailLanguage): { written: string; name: string }[] {
  return language.named.filter(({ written }) => text.includes(written));
}
