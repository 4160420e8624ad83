import { expect, it } from 'vitest';
import { stateWords } from './request-state';

const now = new Date(2026, 10, 21, 12).getTime();

it('says who, when and why for every state', () => {
  expect(stateWords({ type: 'open' }, now)).toMatchObject({ words: 'waiting', tone: 'warn' });
  expect(stateWords({ type: 'done', at: now, by: 'Mara', version: 4 }, now).sentence).toMatch(
    /^Mara wrote version 4, today/,
  );
  expect(stateWords({ type: 'refused', at: now, by: 'Ines', words: 'Too soon.' }, now).sentence).toContain(
    '“Too soon.”',
  );
  expect(stateWords({ type: 'withdrawn', at: now }, now).tone).toBe('plain');
});
