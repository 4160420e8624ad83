import { expect, it, vi } from 'vitest';
import type { Host } from '../host/host';
import type { CaseRow, CasesView, CaseStands } from '../host/offboarding';
import { Offboarding } from './offboarding.svelte';

const row = (id: string, stands: CaseStands = 'waiting'): CaseRow => ({
  id,
  person: { id: `person-${id}`, name: id, initials: id, email: null, team: null },
  byProvider: false,
  stands,
  openedBy: null,
  openedAt: 0,
  start: null,
  begunAt: null,
  brake: null,
  closedAt: null,
  openRotations: 0,
});

function offboardingWith(...answers: CasesView[]) {
  const cases = vi.fn<Host['cases']>();
  answers.forEach((answer) => cases.mockResolvedValueOnce(answer));
  cases.mockRejectedValue(new Error('lost'));
  return { offboarding: new Offboarding({ cases } as Partial<Host> as Host), cases };
}

const ids = (offboarding: Offboarding) => offboarding.cases.value?.cases.map(({ id, stands }) => `${id} ${stands}`);

it('asks the list again: what changed is changed, new cases come first, and a lost answer leaves what was known', async () => {
  const { offboarding } = offboardingWith(
    { cases: [row('b', 'running'), row('a')], next: null },
    { cases: [row('c', 'running'), row('b', 'done'), row('a')], next: null },
  );
  await offboarding.load();
  await offboarding.listAgain();
  expect(ids(offboarding)).toEqual(['c running', 'b done', 'a waiting']);
  await offboarding.listAgain();
  expect(ids(offboarding)).toEqual(['c running', 'b done', 'a waiting']);
});

it('keeps the further pages, and where they go on', async () => {
  const { offboarding } = offboardingWith(
    { cases: [row('d'), row('c')], next: 'c' },
    { cases: [row('b'), row('a')], next: 'a' },
    { cases: [row('e', 'running'), row('d', 'done')], next: 'd' },
  );
  await offboarding.load();
  await offboarding.moreCases();
  await offboarding.listAgain();
  expect(ids(offboarding)).toEqual(['e running', 'd done', 'c waiting', 'b waiting', 'a waiting']);
  expect(offboarding.cases.value?.next).toBe('a');
});

it('asks nothing while something else is in sight', async () => {
  const { offboarding, cases } = offboardingWith({ cases: [row('a')], next: null });
  await offboarding.load();
  offboarding.part = 'leak';
  await offboarding.listAgain();
  expect(cases).toHaveBeenCalledOnce();
});
