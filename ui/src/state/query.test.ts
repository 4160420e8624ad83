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

it('goes on from what is in sight, unless something else came into sight meanwhile', async () => {
  const query = new Query<string>();
  await query.extend(() => Promise.reject(new Error('nothing is in sight')));
  await query.ask(() => Promise.resolve('place 1'));
  await query.extend((known) => Promise.resolve(`${known}, page 2`));
  expect(query.value).toBe('place 1, page 2');
  const page = later<string>();
  const slow = query.extend(() => page.promise);
  await query.ask(() => Promise.resolve('place 2'));
  page.resolve('place 1, page 3');
  await slow;
  expect(query.value).toBe('place 2');
  await expect(query.extend(() => Promise.reject(new Error('down')))).rejects.toThrow('down');
  expect([query.value, query.pending]).toEqual(['place 2', false]);
});

it('puts no further page over the nothing of somewhere else', async () => {
  const query = new Query<string>();
  await query.ask(() => Promise.resolve('person 1'));
  const page = later<string>();
  const slow = query.extend(() => page.promise);
  query.forget();
  page.resolve('person 1, page 2');
  await slow;
  expect(query.value).toBeNull();
});
