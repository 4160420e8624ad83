import { expect, it } from 'vitest';
import { duration } from '../words/time';
import { keyringWords, offlineWords } from './banner-words';

const now = Date.UTC(2026, 10, 21, 12);

it('says the age of what one sees offline', () => {
  const base = { type: 'offline', since: now, reason: 'unreachable' } as const;
  expect(offlineWords({ ...base, lastSync: now - 2 * duration.hour }, now).words).toContain('synced 2 hours ago');
  expect(offlineWords({ ...base, lastSync: null }, now).words).toContain('Nothing was synced yet');
});

it('says for each state of the keyring what to do, and is silent when it is well', () => {
  expect(keyringWords({ type: 'ok' })).toBeNull();
  expect(keyringWords({ type: 'locked', detail: null })?.words).toContain('Unlock the keyring');
  expect(keyringWords({ type: 'absent', detail: null })?.words).toContain('Install');
  expect(keyringWords({ type: 'rolledBack', detail: null })?.words).toContain('sync mends it');
});
