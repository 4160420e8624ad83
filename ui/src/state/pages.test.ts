import { expect, it, vi } from 'vitest';
import { Pages } from './pages.svelte';

function numbers(total: number) {
  return vi.fn((offset: number, limit: number) =>
    Promise.resolve({ total, rows: Array.from({ length: Math.min(limit, total - offset) }, (_, i) => offset + i) }),
  );
}

it('fetches only the pages in sight, and each once', async () => {
  const ask = numbers(100_000);
  const pages = new Pages(ask, 100);
  await pages.reload();
  expect(pages.total).toBe(100_000);
  expect(pages.at(99)).toBe(99);
  expect(pages.at(5_000)).toBeUndefined();
  await pages.need(4_990, 5_010);
  await pages.need(4_990, 5_010);
  expect(pages.at(5_000)).toBe(5_000);
  expect(ask).toHaveBeenCalledTimes(3);
  expect(pages.findLoaded((row) => row === 4_995)).toBe(4_995);
  expect(pages.findLoaded((row) => row === 9_000)).toBe(-1);
});

it('asks again for a page that failed', async () => {
  const ask = numbers(300);
  const pages = new Pages(ask, 100);
  await pages.reload();
  ask.mockRejectedValueOnce(new Error('gone'));
  await pages.need(100, 110);
  expect(pages.at(100)).toBeUndefined();
  await pages.need(100, 110);
  expect(pages.at(100)).toBe(100);
});

it('keeps what is in sight while it reloads', async () => {
  const pages = new Pages(numbers(10), 100);
  await pages.reload();
  const again = pages.reload();
  expect(pages.at(3)).toBe(3);
  await again;
  const afresh = pages.reload({ afresh: true });
  expect(pages.at(3)).toBeUndefined();
  await afresh;
  expect(pages.at(3)).toBe(3);
});

it('says what failed', async () => {
  const pages = new Pages(() => Promise.reject({ code: 'offline', message: '', detail: null, remedy: null }));
  await pages.reload();
  expect(pages.status).toMatchObject({ type: 'failed', problem: { code: 'offline' } });
});
