import { expect, it } from 'vitest';
import { duration } from '../words/time';
import { tagWords } from './row-tag';

const now = Date.UTC(2026, 10, 21, 12);

it('says time left, and says when it is over', () => {
  expect(tagWords({ type: 'due', at: now + 6.2 * duration.day }, now)).toMatchObject({
    words: 'due in 6 d',
    tone: 'warn',
  });
  expect(tagWords({ type: 'due', at: now - 1 }, now)).toMatchObject({ words: 'overdue', tone: 'bad' });
  expect(tagWords({ type: 'expires', at: now + 2 * duration.day }, now)).toMatchObject({
    words: 'expires in 2 d',
    tone: 'bad',
  });
  expect(tagWords({ type: 'expires', at: now - 1 }, now).words).toBe('expired');
  expect(tagWords({ type: 'accessEnds', at: now + 3 * duration.hour }, now).words).toBe('access ends in 3 h');
});
