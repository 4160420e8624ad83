import { describe, expect, it } from 'vitest';
import type { AccessRequest } from '../host/requests';
import { accessWords, spanWords } from './access-state';

const hour = 3_600_000;
const request: AccessRequest = {
  id: 'r',
  role: 'reader',
  roleName: 'Reader',
  place: 'p',
  path: 'payments/production',
  secret: null,
  seconds: 7_200,
  extends: false,
  reason: 'on call',
  by: { id: 'a', name: 'Aoife Byrne', initials: 'AB', email: null, team: null },
  at: 0,
  mine: true,
  state: { type: 'open' },
  steps: [],
  needed: 1,
  approvers: [],
  lapsesAt: null,
  given: null,
  can: { approve: false, refuse: false, withdraw: true, handBack: false },
};
const mara = { id: 'm', name: 'Mara Okafor', initials: 'MO', email: null, team: null };
const given = {
  roleName: 'Reader',
  path: 'payments/production',
  endsAt: 2 * hour,
  endedAt: null,
  endedBy: null,
  byRule: false,
};

describe('the state of a request for access', () => {
  it('names who is waited for', () => {
    expect(accessWords(request, 0).sentence).toBe('Waits for somebody who may give it.');
    const named = { ...request, approvers: [mara, { ...mara, name: 'Lin Sato' }], needed: 2 };
    expect(accessWords(named, 0).sentence).toBe('Waits for Mara Okafor or Lin Sato. 2 people have to approve.');
    const half = { ...named, steps: [{ by: 'Lin Sato', at: 0, words: '' }] };
    expect(accessWords(half, 0)).toMatchObject({ words: '1 of 2', sentence: 'Lin Sato approved; 1 more to go.' });
  });

  it('says why it was refused', () => {
    const state = { type: 'refused', at: 0, by: 'Mara Okafor', words: 'Not today' } as const;
    expect(accessWords({ ...request, state }, hour).sentence).toContain('“Not today”');
  });

  it('says how it ended', () => {
    const state = { type: 'approved', at: 0, by: 'Mara Okafor', lives: false } as const;
    expect(accessWords({ ...request, state, given }, 3 * hour).sentence).toContain('It ended by itself');
    const back = { ...given, endedAt: hour };
    expect(accessWords({ ...request, state, given: back }, 3 * hour).sentence).toContain('Handed back early');
    const taken = { ...back, endedBy: 'Ruth Adler' };
    expect(accessWords({ ...request, state, given: taken }, 3 * hour).sentence).toContain('Ruth Adler ended it');
    const rule = accessWords({ ...request, state: { ...state, lives: true }, given: { ...given, byRule: true } }, hour);
    expect(rule).toMatchObject({ tone: 'ok' });
    expect(rule.sentence).toContain('by a rule');
  });

  it('reads a span as people say it', () => {
    expect([300, 3_600, 7_200, 86_400, 30 * 86_400].map(spanWords)).toEqual([
      '5 minutes',
      '1 hour',
      '2 hours',
      '1 day',
      '30 days',
    ]);
  });
});
