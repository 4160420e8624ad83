/** Values on their way out. */
import type { Host } from '../host';
import type { FakeWorld } from './world';

export function valuesOf(fake: FakeWorld): Pick<Host, 'copyValue' | 'clearClipboard' | 'copyText' | 'revealValue'> {
  return {
    copyValue: (id, version) =>
      fake.answer('copyValue', [id, version], () => {
        const { secret } = fake.find(id);
        const offline = fake.readable(secret);
        fake.clipboard = secret.value;
        const clearsAt = fake.now() + fake.settings.clipboardSeconds * 1_000;
        clearTimeout(fake.clipboardTimer);
        fake.clipboardTimer = setTimeout(() => {
          fake.clipboard = null;
          fake.emit('clipboardCleared', { reason: 'time' });
        }, fake.settings.clipboardSeconds * 1_000);
        fake.record(secret, 'copied', offline);
        return { clearsAt, offline };
      }),
    clearClipboard: () =>
      fake.answer('clearClipboard', [], () => {
        clearTimeout(fake.clipboardTimer);
        fake.clipboard = null;
        fake.emit('clipboardCleared', { reason: 'asked' });
      }),
    copyText: (text) => fake.answer('copyText', [text], () => void (fake.clipboard = text)),
    revealValue: (id, version) =>
      fake.answer('revealValue', [id, version], () => {
        const { secret } = fake.find(id);
        const offline = fake.readable(secret);
        fake.record(secret, 'revealed', offline);
        return {
          value: secret.binary
            ? { type: 'binary' as const, base64: btoa(secret.value), size: secret.value.length }
            : { type: 'text' as const, text: secret.value },
          hidesAt: fake.now() + fake.settings.revealSeconds * 1_000,
          offline,
        };
      }),
  };
}
