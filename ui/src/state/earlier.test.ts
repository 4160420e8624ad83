import { describe, expect, it } from 'vitest';
import { fakeHost } from '../host/fake';
import type { AnyRequest } from '../host/requests';
import { EarlierRequests } from './earlier.svelte';

const many = async (host: ReturnType<typeof fakeHost>) => {
  const view = await host.requests();
  return [...view.mine, ...view.toAnswer, ...view.answered];
};
const ids = (requests: AnyRequest[]) => requests.map((one) => one.id);

describe('earlier requests', () => {
  it('pass over pages that have nothing new', async () => {
    const host = fakeHost();
    const shown = new Set(ids(await many(host)));
    const earlier = new EarlierRequests(host);
    expect(await earlier.more(shown)).toEqual({ first: 'older-1', end: false });
    // The newest page had only what is shown.
    expect(host.calls.filter((call) => call.command === 'requestHistory').length).toBe(2);
    let found = await earlier.more(shown);
    while (found !== null && !found.end) found = await earlier.more(shown);
    expect(ids(earlier.requests)).toEqual(Array.from({ length: 14 }, (_, n) => `older-${n + 1}`));
    expect(await earlier.more(shown)).toBeNull();
  });

  it('are asked for once at a time, and what was forgotten meanwhile stays so', async () => {
    const host = fakeHost({ delay: 5 });
    const earlier = new EarlierRequests(host);
    const first = earlier.more(new Set());
    expect(await earlier.more(new Set())).toBeNull();
    earlier.forget();
    expect(await first).toBeNull();
    expect(earlier.requests).toEqual([]);
    expect(earlier.busy).toBe(false);
  });

  it('stand as they stand now when they are asked for again', async () => {
    const host = fakeHost();
    const earlier = new EarlierRequests(host);
    await earlier.more(new Set());
    const own = earlier.requests.find((one) => one.type === 'rotation' && one.canWithdraw);
    expect(own?.state.type).toBe('open');
    await host.withdrawRequest(own?.id ?? '');
    await earlier.again();
    expect(earlier.requests.find((one) => one.id === own?.id)?.state.type).toBe('withdrawn');
    expect(earlier.requests.length).toBe(10);
  });
});
