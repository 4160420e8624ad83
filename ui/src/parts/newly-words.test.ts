import { expect, it } from 'vitest';
import { newlyWords } from './newly-words';

it('says actions of the same reach together', () => {
  const one = (action: string, secrets: number, places: number) => ({ action, secrets, places });
  const newly = [one('secret.use', 1, 1), one('secret.reveal', 1400, 9), one('secret.write', 1, 1)];
  expect(newlyWords(newly)).toEqual([
    { actions: 'use, write values', reach: '1 secret in 1 place' },
    { actions: 'reveal and copy', reach: '1,400 secrets in 9 places' },
  ]);
  expect(newlyWords([])).toEqual([]);
});
