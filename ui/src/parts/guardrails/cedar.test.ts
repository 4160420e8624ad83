import { describe, expect, it } from 'vitest';
import type { GuardrailLanguage } from '../../host/guardrails';
import { around, namesIn, offersAt, runs } from './cedar';

const language: GuardrailLanguage = {
  actions: [
    { code: 'read', words: null },
    { code: 'secret.reveal', words: 'reveal and copy values' },
  ],
  entities: [
    { name: 'Person', attributes: [{ name: 'outside', kind: 'Bool', optional: false }] },
    { name: 'Scope', attributes: [{ name: 'class', kind: 'String', optional: false }] },
    { name: 'Secret', attributes: [{ name: 'class', kind: 'String', optional: false }] },
  ],
  context: [
    { name: 'multi_factor', kind: 'Bool', optional: false },
    { name: 'source', kind: 'ipaddr', optional: true },
  ],
  named: [
    { written: 'Scope::"1f"', name: 'payments/production' },
    { written: 'Team::"2f"', name: 'Payments' },
  ],
};

const labels = (before: string, after = '') =>
  offersAt(before + after, before.length, language).offers.map(({ label }) => label);

describe('what can be written', () => {
  it('follows what stands before the caret', () => {
    expect(labels('when { context.')).toEqual(['multi_factor', 'source']);
    expect(labels('when { context has s')).toEqual(['source']);
    expect(labels('when { principal.')).toEqual(['outside']);
    expect(labels('when { resource.')).toEqual(['class']);
    expect(labels('action in Action::"')).toEqual(['read', 'secret.reveal']);
    expect(labels('resource in Scope::"pay')).toEqual(['payments/production']);
    expect(labels('principal in Team::"')).toEqual(['Payments']);
    expect(labels('wh')[0]).toBe('when');
  });

  it('finds by people’s names and actions’ words, and writes ids', () => {
    const { from, offers } = offersAt('resource in pay', 15, language);
    expect([from, offers[0]?.insert]).toEqual([12, 'Scope::"1f"']);
    expect(offersAt('reveal', 6, language).offers[0]?.insert).toBe('Action::"secret.reveal"');
    expect(offersAt('Scope::"', 8, language).offers[0]?.insert).toBe('1f"');
    expect(offersAt('Scope::""', 8, language).offers[0]?.insert).toBe('1f');
    expect(offersAt('context.', 8, language).offers[1]?.hint).toContain('may be absent');
  });
});

describe('a text about a place', () => {
  it('is measured by the letter that is there, which goes to the next line with its word', () => {
    expect(around('in pay)', 3)).toEqual({ before: 'in ', at: 'p', after: 'ay)' });
    expect(around('𝄞x', 0)).toEqual({ before: '', at: '𝄞', after: 'x' });
  });

  it('takes no line away where no letter is', () => {
    for (const text of ['context.', 'context.\n};']) {
      expect(around(text, 8)).toEqual({ before: 'context.', at: '\u200b', after: text.slice(8) });
    }
  });
});

describe('the text in runs', () => {
  const at = (start: number, length: number, warning = false) => ({
    warning,
    message: '',
    help: null,
    place: { start, length, line: 1, column: 1 },
  });

  it('is the text, whatever is in it', () => {
    for (const text of ['', 'forbid (principal, action, resource); // "x"', '"open\nnext', '𝄞 é::"x"']) {
      for (const problems of [[], [at(0, 3)], [at(1, 0)], [at(99, 5)], [at(2, 3), at(3, 6, true)]]) {
        expect(
          runs(text, problems)
            .map((run) => run.text)
            .join(''),
        ).toBe(text);
      }
    }
  });

  it('marks problems where they are, errors above warnings', () => {
    const marked = runs('forbid it', [at(7, 2), at(0, 9, true)]).map(({ text, mark }) => [text, mark]);
    expect(marked).toEqual([
      ['forbid', 'warning'],
      [' ', 'warning'],
      ['it', 'error'],
    ]);
    const end = runs('forbid (', [at(8, 0)]).filter(({ mark }) => mark !== null);
    expect(end.map(({ text }) => text)).toEqual(['(']);
  });

  it('tells words from strings and comments', () => {
    const tones = runs('when { Action::"in" } // when', []).map(({ text, tone }) => `${tone}:${text}`);
    expect(tones).toContain('word:when');
    expect(tones).toContain('type:Action');
    expect(tones).toContain('string:"in"');
    expect(tones).toContain('comment:// when');
  });
});

it('tells the names of ids', () => {
  expect(namesIn('resource in Scope::"1f"', language)).toEqual([language.named[0]]);
});
