/** Small parts of the invented world. */
import type { Problem } from '../primitives';
import type { SecretDetail, SecretRef } from '../secrets';
import type { ValueInput } from '../values';
import type { FakeSecret } from './organization';

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

export function refusal(code: string, detail: string | null = null): Problem {
  return { code, message: '', detail, remedy: null };
}

export function refOf(secret: SecretRef): SecretRef {
  return { id: secret.id, title: secret.title, envName: secret.envName, path: secret.path };
}

export function detailOf(secret: FakeSecret): SecretDetail {
  const {
    value: _value,
    binary: _binary,
    lastUsedAt: _used,
    knownOnly: _known,
    canGrant: _grant,
    deletedAt: _deleted,
    ...detail
  } = secret;
  return detail;
}

export function textOf(value: ValueInput): string {
  return value.type === 'text' ? value.text : atob(value.base64);
}

export function sizeOf(value: ValueInput): number {
  return new TextEncoder().encode(textOf(value)).length;
}
