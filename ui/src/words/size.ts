/** The server refuses more; the page says so before anything is sent. */
export const valueLimit = 64 * 1024;

export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** "0 bytes", "812 bytes", "1.4 KiB". */
export function bytes(count: number): string {
  if (count === 1) return '1 byte';
  if (count < 1024) return `${count} bytes`;
  return `${trimmed(count / 1024)} KiB`;
}

/** Why a value cannot be kept, or null. */
export function tooLarge(count: number): string | null {
  return count > valueLimit
    ? `This value has ${bytes(count)}; the limit is ${bytes(valueLimit)}. Keep large files elsewhere and put their key here.`
    : null;
}

export function toBase64(data: Uint8Array): string {
  let binary = '';
  for (const byte of data) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Text when the bytes are UTF-8 without control characters a person could not have typed, else null. */
export function asText(data: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
    // eslint-disable-next-line no-control-regex
    return /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(text) ? null : text;
  } catch {
    return null;
  }
}

function trimmed(count: number): string {
  return count.toFixed(1).replace(/\.0$/, '');
}
