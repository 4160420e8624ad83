import type { EnvironmentClass } from '../host/places';
import type { SecretKind } from '../host/secrets';

export const kindNames: Record<SecretKind, string> = {
  generic: 'Generic',
  apiKey: 'API key',
  password: 'Password',
  connectionString: 'Connection string',
  certificate: 'Certificate',
  keyPair: 'Key pair',
  oneTimeSeed: 'One-time-code seed',
};

export const classNames: Record<EnvironmentClass, string> = {
  production: 'production',
  staging: 'staging',
  development: 'development',
  test: 'test',
  sandbox: 'sandbox',
  unclassified: 'unclassified, counts as production',
};

/** "1 value", "12 values". */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
}

/** Hex in groups of four, for reading aloud. */
export function grouped(hex: string): string {
  return hex.match(/.{1,4}/g)?.join(' ') ?? hex;
}

/** What a list shows first: the variable when there is one, since that is what people type. */
export function nameOf(secret: { title: string; envName: string | null }): string {
  return secret.envName ?? secret.title;
}

const controlOrBidi = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** Why a name cannot be used, or null. */
export function nameProblem(name: string): string | null {
  if (name.trim() === '') return 'Give it a name.';
  if (name.includes('/')) return 'A name cannot contain “/”, which separates places.';
  if (controlOrBidi.test(name)) return 'A name cannot contain control or direction characters.';
  return null;
}

/** Why a variable name cannot be used, or null. Empty is allowed. */
export function envNameProblem(name: string): string | null {
  if (name === '') return null;
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? null : 'Use letters, digits and “_”, and do not start with a digit.';
}
