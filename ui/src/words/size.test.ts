import { expect, it } from 'vitest';
import { asText, byteLength, bytes, toBase64, tooLarge, valueLimit } from './size';

it('counts bytes, not characters', () => expect(byteLength('grün😀')).toBe(9));

it('says sizes with their unit', () => {
  expect(bytes(0)).toBe('0 bytes');
  expect(bytes(1)).toBe('1 byte');
  expect(bytes(1434)).toBe('1.4 KiB');
  expect(bytes(valueLimit)).toBe('64 KiB');
});

it('names the limit only above it', () => {
  expect(tooLarge(valueLimit)).toBeNull();
  expect(tooLarge(valueLimit + 1)).toContain('the limit is 64 KiB');
});

it('tells text from binary', () => {
  expect(asText(new TextEncoder().encode('-----BEGIN\n\tok\r\n'))).toBe('-----BEGIN\n\tok\r\n');
  expect(asText(new Uint8Array([0xff, 0xfe, 0x00]))).toBeNull();
  expect(asText(new Uint8Array([0x41, 0x00]))).toBeNull();
});

it('encodes bytes as base64', () => expect(toBase64(new Uint8Array([0, 255, 16]))).toBe('AP8Q'));
