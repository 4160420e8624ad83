import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Query, slowAfter } from './query.svelte';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function later<T>() {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

it('shows a skeleton only when it takes long', async () => {
  const query = new Query<number>();
  const answer = later<number>();
  const asked = query.ask(() => answer.promise);
  expect(query.status).toEqual({ type: 'loading', slow: false });
  vi.advanceTimersByTime(slowAfter + 1);
  expect(query.status).toEqual({ type: 'loading', slow: true });
  answer.resolve(7);
  await asked;
  expect(query.value).toBe(7);
});

it('lets the newest question win', async () => {
  const query = new Query<string>();
  const old = later<string>();
  const young = later<string>();
  const first = query.ask(() => old.promise);
  const second = query.ask(() => young.promise);
  young.resolve('young');
  await second;
  old.resolve('old');
  await first;
  expect(query.value).toBe('young');
});

it('is pending until its newest question is answered, with an older answer in sight or not', async () => {
  const query = new Query<string>();
  const old = later<string>();
  const young = later<string>();
  const first = query.ask(() => old.promise);
  const second = query.ask(() => young.promise);
  old.resolve('old');
  await first;
  expect([query.value, query.pending]).toEqual([null, true]);
  young.resolve('young');
  await second;
  expect([query.value, query.pending]).toEqual(['young', false]);
  const third = query.ask(() => Promise.reject(new Error('gone')));
  expect([query.value, query.pending]).toEqual(['young', true]);
  await third;
  expect(query.pending).toBe(false);
  void query.ask(() => new Promise(() => {}));
  query.forget();
  expect(query.pending).toBe(false);
});

it('keeps the last answer while asking again, unless told to start afresh', async () => {
  const query = new Query<number>();
  await query.ask(() => Promise.resolve(1));
  const again = query.ask(() => Promise.resolve(2));
  expect(query.value).toBe(1);
  await again;
  const afresh = query.ask(() => Promise.resolve(3), { afresh: true });
  expect(query.value).toBeNull();
  await afresh;
  expect(query.value).toBe(3);
});

it('says what failed, and forgets what arrives after it was dropped', async () => {
  const query = new Query<number>();
  await query.ask(() => Promise.reject({ code: 'offline', message: 'x', detail: null, remedy: null }));
  expect(query.status).toMatchObject({ type: 'failed', problem: { code: 'offline' } });
  const answer = later<number>();
  const asked = query.ask(() => answer.promise);
  query.forget();
  answer.resolve(9);
  await asked;
  expect(query.status).toEqual({ type: 'idle' });
});
