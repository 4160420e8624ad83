import { expect, it } from 'vitest';
import type { HistoryAction } from '../host/history';
import { actionWords } from './history';

it('says who acted when it was somebody else', () => {
  expect(actionWords({ action: 'copied', by: null, program: null })).toBe('Copied');
  expect(actionWords({ action: 'rotationDone', by: 'Mara Okafor', program: null })).toBe('Rotated by Mara Okafor');
});

it('leaves room for the program', () => {
  expect(actionWords({ action: 'used', by: null, program: 'npm run e2e' })).toBe('Used by');
});

it('spells out what only a newer server knows', () => {
  const future = 'accessReviewed' as HistoryAction;
  expect(actionWords({ action: future, by: null, program: null })).toBe('Access reviewed');
});
