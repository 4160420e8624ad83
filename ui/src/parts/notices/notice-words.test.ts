import { describe, expect, it } from 'vitest';
import type { NoticeView } from '../../host/notices';
import { kindNames, noticeWords } from './notice-words';

const notice = (parts: Partial<NoticeView>): NoticeView => ({
  id: 'n',
  kind: 'offboarding.system-silent',
  at: 0,
  read: false,
  path: null,
  role: null,
  secret: null,
  service: null,
  of: null,
  own: false,
  count: null,
  by: null,
  system: 'warehouse',
  endsAt: null,
  leads: null,
  ...parts,
});

describe('a connected system', () => {
  it('that does not answer is named, with whose accounts wait there', () => {
    expect(noticeWords(notice({ of: 'Ada', count: 1 }))).toBe(
      'The connected system warehouse has not answered for a day or longer. Accounts of Ada wait there.',
    );
    expect(noticeWords(notice({ count: 3 }))).toContain('Accounts of 3 people who left wait there.');
    // Who does not conduct offboarding any more is told no names.
    expect(noticeWords(notice({ count: 1, system: null }))).toBe(
      'A connected system has not answered for a day or longer. Accounts of somebody who left wait there.',
    );
  });

  it('that answers again is named, and both have a name in settings', () => {
    expect(noticeWords(notice({ kind: 'offboarding.system-back' }))).toBe(
      'The connected system warehouse answers again. What waits there goes on by itself.',
    );
    expect(kindNames['offboarding.system-silent']).not.toBe(kindNames['offboarding.system-back']);
  });
});
