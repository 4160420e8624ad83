import { expect, it } from 'vitest';
import { count, envNameProblem, grouped, nameOf, nameProblem } from './names';

it('counts in words', () => {
  expect(count(1, 'value')).toBe('1 value');
  expect(count(1204, 'entry', 'entries')).toBe('1,204 entries');
});

it('groups a fingerprint', () => expect(grouped('a1b2c3d4e5')).toBe('a1b2 c3d4 e5'));

it('prefers the variable as the name', () => {
  expect(nameOf({ title: 'Stripe secret key', envName: 'STRIPE_SECRET_KEY' })).toBe('STRIPE_SECRET_KEY');
  expect(nameOf({ title: 'Payouts key pair', envName: null })).toBe('Payouts key pair');
});

it('refuses names the server would refuse', () => {
  expect(nameProblem('Stripe Schlüssel 鍵')).toBeNull();
  expect(nameProblem('  ')).not.toBeNull();
  expect(nameProblem('a/b')).toContain('/');
  expect(nameProblem('evil\u202Etxt')).toContain('direction');
  expect(envNameProblem('DATABASE_URL')).toBeNull();
  expect(envNameProblem('')).toBeNull();
  expect(envNameProblem('1ST')).not.toBeNull();
});
