import { describe, expect, it } from 'vitest';
import type { AnswerOutcome } from '../host/requests';
import { refusal } from '../host/fake/shapes';
import { answeredInPortions } from './answer-many';

const ids = Array.from({ length: 205 }, (_, at) => `request-${at}`);
const offline = refusal('offline');
const done = (id: string): AnswerOutcome => ({ id, problem: null });

describe('many answers', () => {
  it('are sent in portions, and each has its own outcome', async () => {
    const sizes: number[] = [];
    const outcomes = await answeredInPortions(ids, (portion) => {
      sizes.push(portion.length);
      return Promise.resolve(portion.map(done));
    });
    expect(sizes).toEqual([100, 100, 5]);
    expect(outcomes).toEqual(ids.map(done));
  });

  it('that were not sent say why', async () => {
    let portions = 0;
    const outcomes = await answeredInPortions(ids, (portion) =>
      portions++ === 0 ? Promise.resolve(portion.map(done)) : Promise.reject(offline as unknown as Error),
    );
    expect(portions).toBe(2);
    expect(outcomes.slice(0, 100)).toEqual(ids.slice(0, 100).map(done));
    expect(outcomes.slice(100).map((one) => one.problem?.code)).toEqual(ids.slice(100).map(() => 'offline'));
  });

  it('of which none was taken throw', async () => {
    await expect(answeredInPortions(ids, () => Promise.reject(offline as unknown as Error))).rejects.toBe(offline);
  });
});
