import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { fakeHost, type FakeHost } from '../host/fake';
import { testids } from '../testids';
import App from './App.svelte';
import { audit, calls } from './at-app';

async function requests(): Promise<FakeHost> {
  const host = fakeHost({});
  render(App, { host });
  await screen.findByTestId(testids.secretList);
  await fireEvent.keyDown(document.activeElement ?? document.body, { key: '2', ctrlKey: true });
  await screen.findAllByTestId(testids.requestRow);
  return host;
}

const rowOf = async (words: RegExp): Promise<HTMLElement> => {
  const quoted = await screen.findByText(words);
  return quoted.closest('article') as HTMLElement;
};

describe('requests for access', () => {
  it('are approved shorter, by keys, with the evidence at hand', async () => {
    const host = await requests();
    await audit();
    const row = await rowOf(/nightly settlement/);
    row.focus();
    await fireEvent.keyDown(row, { key: 's' });
    expect(await screen.findByText(/2 asked, 1 approved, 1 refused/)).toBeTruthy();
    const time = screen.getByTestId(testids.approveTime);
    await waitFor(() => expect(document.activeElement).toBe(time));
    await audit();
    await fireEvent.change(time, { target: { value: (time as HTMLSelectElement).options[0]?.value } });
    await fireEvent.click(screen.getByTestId(testids.submit));
    await waitFor(() => expect(calls(host, 'approveRequest')).toHaveLength(1));
    expect(calls(host, 'approveRequest')[0]?.args[1]).toMatchObject({ role: null, place: null, seconds: 3_600 });
  });

  it('are refused with a word', async () => {
    const host = await requests();
    const row = await rowOf(/Rehearse the ledger migration/);
    row.focus();
    await fireEvent.keyDown(row, { key: 'r' });
    const submit = await screen.findByTestId(testids.submit);
    expect(submit).toHaveProperty('disabled', true);
    await fireEvent.input(screen.getByTestId(testids.reasonField), { target: { value: 'On Tuesday' } });
    await fireEvent.click(submit);
    await waitFor(() => expect(calls(host, 'refuseRequest')[0]?.args[1]).toBe('On Tuesday'));
  });

  it('are answered many at once, those for rotations too', async () => {
    const host = await requests();
    const [first] = await screen.findAllByTestId(testids.chooseRequest);
    if (first) await fireEvent.click(first);
    await fireEvent.click(screen.getByTestId(testids.chooseAll));
    const boxes = screen.getAllByTestId(testids.chooseRequest) as HTMLInputElement[];
    expect(boxes).toHaveLength(5);
    expect(boxes.every((box) => box.checked)).toBe(true);
    await audit();
    // Two of the rotations need nobody's approval: they are fulfilled or refused.
    expect(screen.getByTestId(testids.answerChosen).textContent).toContain('Approve 3 as asked');
    await fireEvent.click(screen.getByTestId(testids.answerChosen));
    await waitFor(() => expect(calls(host, 'answerRequests')[0]?.args[0]).toEqual(['access-1', 'access-2', 'seed-3']));
    expect(await screen.findByText('Approved: 3 of 3.')).toBeTruthy();
  });

  it('for rotations are refused many at once, with one word', async () => {
    const host = await requests();
    await screen.findAllByTestId(testids.chooseRequest);
    for (const box of screen.getAllByLabelText(/to rotate/)) await fireEvent.click(box);
    expect(screen.getByTestId(testids.refuseChosen).textContent).toContain('Refuse all');
    await fireEvent.click(screen.getByTestId(testids.refuseChosen));
    await fireEvent.input(await screen.findByTestId(testids.reasonField), { target: { value: 'They end today' } });
    await fireEvent.click(screen.getByTestId(testids.submit));
    await waitFor(() =>
      expect(calls(host, 'answerRequests')[0]?.args).toEqual([['seed-1', 'seed-2', 'seed-3'], 'They end today']),
    );
  });

  it('for rotations have one key for each answer', async () => {
    const host = await requests();
    const waits = await rowOf(/Moving to the new cluster/);
    expect(waits.getAttribute('aria-keyshortcuts')).toBe('r a');
    waits.focus();
    await fireEvent.keyDown(waits, { key: 'v' });
    expect(screen.queryByTestId(testids.dialog)).toBeNull();
    await fireEvent.keyDown(waits, { key: 'a' });
    await waitFor(() => expect(calls(host, 'approveRequest')[0]?.args[0]).toBe('seed-3'));
    const ready = await rowOf(/A contractor who left/);
    expect(ready.getAttribute('aria-keyshortcuts')).toBe('r v');
    ready.focus();
    await fireEvent.keyDown(ready, { key: 'v' });
    await screen.findByTestId(testids.dialog);
    await fireEvent.keyDown(document.activeElement ?? document.body, { key: 'Escape' });
    await waitFor(() => expect(screen.queryByTestId(testids.dialog)).toBeNull());
    ready.focus();
    await fireEvent.keyDown(ready, { key: 'r' });
    await fireEvent.input(await screen.findByTestId(testids.reasonField), { target: { value: 'It was changed' } });
    await fireEvent.click(screen.getByTestId(testids.submit));
    await waitFor(() => expect(calls(host, 'refuseRequest')[0]?.args).toEqual(['seed-1', 'It was changed']));
  });

  it('are handed back', async () => {
    const host = await requests();
    const [back] = await screen.findAllByTestId(testids.handBack);
    if (back) await fireEvent.click(back);
    await waitFor(() => expect(calls(host, 'handBack')[0]?.args[0]).toBe('access-4'));
    await waitFor(() => expect(screen.queryByTestId(testids.handBack)).toBeNull());
  });

  it('are made at a place, from the tree by one key, from the list and from what finds everything', async () => {
    const host = fakeHost();
    render(App, { host });
    await screen.findByTestId(testids.secretList);
    const [, second] = await screen.findAllByTestId(testids.place);
    const path = second?.dataset['place'];
    const id = (await host.places()).places.find((one) => one.path === path)?.id;
    if (second) await fireEvent.keyDown(second, { key: 'a' });
    const where = (await screen.findByTestId(testids.askPlace)) as HTMLSelectElement;
    expect(where.value).toBe(id);
    expect(await screen.findByText(/It newly lets you use\./)).toBeTruthy();
    await audit();
    await fireEvent.input(screen.getByTestId(testids.reasonField), { target: { value: 'A new colleague' } });
    await fireEvent.click(screen.getByTestId(testids.submit));
    await waitFor(() => expect(calls(host, 'requestAccess')[0]?.args[0]).toMatchObject({ place: id, secret: null }));
    await waitFor(() => expect(screen.queryByTestId(testids.dialog)).toBeNull());

    if (second) await fireEvent.click(second);
    await fireEvent.click(await screen.findByTestId(testids.askHere));
    expect((await screen.findByTestId(testids.askPlace)) as HTMLSelectElement).toHaveProperty('value', id);
    await fireEvent.keyDown(document.activeElement ?? document.body, { key: 'Escape' });
    await waitFor(() => expect(screen.queryByTestId(testids.dialog)).toBeNull());
  });

  it('are made from what finds everything, at a place that is chosen there', async () => {
    const host = fakeHost();
    render(App, { host });
    await screen.findByTestId(testids.secretList);
    const id = (await host.places()).places[1]?.id;
    await fireEvent.keyDown(document.body, { key: 'k', ctrlKey: true });
    const find = await screen.findByTestId(testids.searchInput);
    await fireEvent.input(find, { target: { value: 'ask for acc' } });
    await screen.findByText('Actions');
    await fireEvent.keyDown(find, { key: 'Enter' });
    const open = (await screen.findByTestId(testids.askPlace)) as HTMLSelectElement;
    expect(open.options[0]?.text).toBe('Choose a place');
    expect(screen.getByTestId(testids.submit)).toHaveProperty('disabled', true);
    await audit();
    await fireEvent.change(open, { target: { value: id } });
    await waitFor(() => expect(calls(host, 'accessOptions').at(-1)?.args).toEqual([id, null]));
    await screen.findByTestId(testids.askRole);
  });

  it('ask for the least role that does what is missing', async () => {
    const host = fakeHost();
    const secret = host.secret;
    host.secret = async (id) => {
      const view = await secret(id);
      return view.type === 'full' ? { ...view, rights: { ...view.rights, write: false } } : view;
    };
    render(App, { host });
    await screen.findByTestId(testids.secretTitle);
    const menu = await screen.findByTestId(testids.moreActions);
    menu.focus();
    await fireEvent.keyDown(menu, { key: 'Enter' });
    await fireEvent.click(await screen.findByTestId(testids.askMore));
    await waitFor(() => expect((screen.getByTestId(testids.askRole) as HTMLSelectElement).value).toBe('editor'));
    const shown = screen.getByTestId(testids.secretDetail).dataset['secret'];
    expect(calls(host, 'accessOptions')[0]?.args).toEqual([null, shown]);
  });

  it('are extended by asking again', async () => {
    const host = await requests();
    await fireEvent.click((await screen.findAllByText('Extend'))[0] as HTMLElement);
    await fireEvent.input(await screen.findByTestId(testids.reasonField), { target: { value: 'Not done yet' } });
    await audit();
    await fireEvent.click(screen.getByTestId(testids.submit));
    await waitFor(() => expect(calls(host, 'requestAccess')[0]?.args[0]).toMatchObject({ extends: 'access-4' }));
  });

  it('are not offered to be taken back where the server would refuse it', async () => {
    const host = fakeHost({});
    const all = host.requests;
    host.requests = async () => {
      const view = await all();
      const mine = view.mine.map((one) =>
        one.id === 'seed-4' && one.type === 'rotation' ? { ...one, canWithdraw: false } : one,
      );
      return { ...view, mine };
    };
    render(App, { host });
    await screen.findByTestId(testids.secretList);
    await fireEvent.keyDown(document.activeElement ?? document.body, { key: '2', ctrlKey: true });
    const queued = await rowOf(/webhook endpoint logged/);
    expect(queued.dataset['state']).toBe('open');
    expect(queued.querySelector(`[data-testid=${testids.withdrawRequest}]`)).toBeNull();
    const other = await rowOf(/Compare balances/);
    expect(other.querySelector(`[data-testid=${testids.withdrawRequest}]`)).not.toBeNull();
  });
});

describe('earlier requests', () => {
  const earlier = () => {
    const rows = screen.getByTestId(testids.earlierRequests).querySelectorAll<HTMLElement>('[data-request]');
    return [...rows].map((one) => one.dataset['request'] ?? '');
  };

  it('come page by page without what is in sight, and the focus goes on at the first new one', async () => {
    const host = await requests();
    const shown = new Set((await host.requests()).mine.map((one) => one.id));
    expect(earlier()).toEqual([]);
    const more = screen.getByTestId(testids.earlierMore);
    more.focus();
    await fireEvent.click(more);
    await waitFor(() => expect(earlier().length).toBeGreaterThan(0));
    const first = earlier();
    expect(first[0]).toBe('older-1');
    expect(first.some((id) => shown.has(id))).toBe(false);
    await waitFor(() => expect((document.activeElement as HTMLElement).dataset['request']).toBe('older-1'));
    await audit();

    await fireEvent.click(screen.getByTestId(testids.earlierMore));
    await waitFor(() => expect(earlier().length).toBeGreaterThan(first.length));
    const next = earlier()[first.length];
    await waitFor(() => expect((document.activeElement as HTMLElement).dataset['request']).toBe(next));

    await waitFor(async () => {
      const button = screen.queryByTestId(testids.earlierMore);
      if (button) await fireEvent.click(button);
      expect(screen.getByTestId(testids.earlierEnd).textContent).toContain('all requests that are kept');
    });
    expect(earlier()).toEqual(Array.from({ length: 14 }, (_, n) => `older-${n + 1}`));
    await audit();
  });

  it('can be asked for again when the server did not answer', async () => {
    const host = await requests();
    host.refuse('requestHistory', 'serverError');
    await fireEvent.click(screen.getByTestId(testids.earlierMore));
    const again = await screen.findByText('Try again');
    expect(earlier()).toEqual([]);
    await audit();
    await fireEvent.click(again);
    await waitFor(() => expect(earlier()[0]).toBe('older-1'));
    expect(screen.queryByText('Try again')).toBeNull();
  });

  it('say when there are none', async () => {
    const host = await requests();
    const all = host.requests;
    host.requestHistory = async () => ({ requests: (await all()).mine, next: null });
    await fireEvent.click(screen.getByTestId(testids.earlierMore));
    const end = await screen.findByText('There are no earlier requests.');
    await waitFor(() => expect(document.activeElement).toBe(end));
    await audit();
  });

  it('are forgotten when one goes elsewhere', async () => {
    await requests();
    await fireEvent.click(screen.getByTestId(testids.earlierMore));
    await waitFor(() => expect(earlier().length).toBeGreaterThan(0));
    await fireEvent.keyDown(document.body, { key: '1', ctrlKey: true });
    await screen.findByTestId(testids.secretList);
    await fireEvent.keyDown(document.body, { key: '2', ctrlKey: true });
    await screen.findByTestId(testids.earlierMore);
    expect(earlier()).toEqual([]);
  });
});
