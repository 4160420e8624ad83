import { expect, it } from 'vitest';
import { blank, complete, sent } from './metadata';

it('is complete with a name and a usable variable', () => {
  expect(complete(blank)).toBe(false);
  expect(complete({ ...blank, title: 'Key' })).toBe(true);
  expect(complete({ ...blank, title: 'Key', envName: '9X' })).toBe(false);
});

it('is sent trimmed, composed, with each tag once and nothing empty', () => {
  expect(sent({ ...blank, title: ' Schlu\u0308ssel ', envName: ' KEY ', tags: 'a, b,,a ', note: ' ' })).toEqual({
    title: 'Schl\u00fcssel',
    envName: 'KEY',
    kind: 'apiKey',
    tags: ['a', 'b'],
    note: null,
  });
});
