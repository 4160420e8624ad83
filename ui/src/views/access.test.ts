import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { fakeHost, type FakeHost, type FakeOptions } from '../host/fake';
import { testids } from '../testids';
import App from './App.svelte';
import { audit, calls } from './at-app';

async function open(options: FakeOptions = {}): Promise<FakeHost> {
  const host = fakeHost(options);
  render(App, { host });
  await fireEvent.click(await screen.findByTestId(testids.navAccess));
  await screen.findByTestId(testids.accessTable);
  return host;
}

/** What was answered is drawn by then. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 50));

async function choose(step: string) {
  const [menu] = await screen.findAllByTestId(testids.grantMenu);
  if (!menu) throw new Error('no menu');
  menu.focus();
  await fireEvent.keyDown(menu, { key: 'Enter' });
  await fireEvent.click(await screen.findByTestId(step));
  return screen.findByTestId(testids.dialog);
}

describe('access', () => {
  it('is not there for those who may look nowhere', async () => {
    const host = fakeHost({ scene: 'empty' });
    render(App, { host });
    await screen.findByTestId(testids.navVault);
    await waitFor(() => expect(calls(host, 'accessPlaces')).toHaveLength(1));
    expect(screen.queryByTestId(testids.navAccess)).toBeNull();
  });

  it('shows every grant of everybody at a place, page by page', async () => {
    const host = await open();
    const rows = screen.getAllByTestId(testids.accessRow);
    expect(rows.length).toBe(4);
    expect(within(rows[0] as HTMLElement).getByText(/through Payments, which is in the team Backend/)).toBeTruthy();
    await audit();
    await fireEvent.click(screen.getByText('Show more people'));
    await waitFor(() => expect(screen.getAllByTestId(testids.accessRow).length).toBeGreaterThan(4));
    expect(calls(host, 'accessAt').at(-1)?.args[1]).toBe('more');
  });

  it('puts no further page of one place below another', async () => {
    const host = await open();
    const ask = host.accessAt;
    let go = () => {};
    const late = new Promise<void>((resolve) => (go = resolve));
    host.accessAt = (id, after) => (after === null ? ask(id, after) : late.then(() => ask(id, after)));
    await fireEvent.click(screen.getByText('Show more people'));
    const place = screen.getByTestId(testids.accessPlace) as HTMLSelectElement;
    const other = [...place.options].find((one) => !one.selected) as HTMLOptionElement;
    await fireEvent.change(place, { target: { value: other.value } });
    await waitFor(() => expect(calls(host, 'accessAt').at(-1)?.args).toEqual([other.value, null]));
    await waitFor(() => expect(screen.getAllByTestId(testids.accessRow)).toHaveLength(4));
    go();
    await waitFor(() => expect(calls(host, 'accessAt').at(-1)?.args[1]).toBe('more'));
    await settled();
    expect(screen.getAllByTestId(testids.accessRow)).toHaveLength(4);
  });

  it('shows what is lost before a grant is revoked, and carries out that very plan', async () => {
    const host = await open();
    const dialog = await choose(testids.revokeGrant);
    expect(await within(dialog).findByText(/use values, reveal and copy values/)).toBeTruthy();
    expect(within(dialog).getByTestId(testids.grantPlan).textContent).toContain('1 device');
    await audit();
    const submit = within(dialog).getByTestId(testids.submit) as HTMLButtonElement;
    expect(submit.disabled).toBe(true);
    await fireEvent.input(within(dialog).getByTestId(testids.reasonField), { target: { value: 'left the team' } });
    await fireEvent.click(submit);
    await waitFor(() => expect(screen.queryByTestId(testids.dialog)).toBeNull());
    const [call] = calls(host, 'changeGrant');
    const [planned] = calls(host, 'planGrantChange');
    expect(call?.args).toEqual([
      planned?.args[0],
      { type: 'revoke' },
      `plan-of-${String(planned?.args[0])}`,
      'left the team',
    ]);
  });

  it('shows the plan anew when it would be another one by now', async () => {
    const host = await open();
    const dialog = await choose(testids.revokeGrant);
    await within(dialog).findByText(/use values/);
    await fireEvent.input(within(dialog).getByTestId(testids.reasonField), { target: { value: 'left the team' } });
    host.refuse('changeGrant', 'planStale');
    await fireEvent.click(within(dialog).getByTestId(testids.submit));
    expect((await within(dialog).findByTestId(testids.dialogProblem)).textContent).toContain('Something changed');
    expect(calls(host, 'planGrantChange')).toHaveLength(2);
  });

  it('plans anew with each end that is chosen', async () => {
    const host = await open();
    const dialog = await choose(testids.shortenGrant);
    await waitFor(() => expect(calls(host, 'planGrantChange')).toHaveLength(1));
    await fireEvent.input(within(dialog).getByTestId(testids.grantEnd), { target: { value: '2030-01-02T03:04' } });
    await waitFor(() =>
      expect(calls(host, 'planGrantChange').at(-1)?.args[1]).toEqual({
        type: 'shorten',
        endsAt: new Date(2030, 0, 2, 3, 4).getTime(),
      }),
    );
  });

  it('narrows only to something less', async () => {
    const host = await open();
    await fireEvent.click(within(screen.getByTestId(testids.accessMode)).getByLabelText('By person'));
    await fireEvent.click((await screen.findAllByTestId(testids.accessFound))[2] as HTMLElement);
    await screen.findByTestId(testids.accessTable);
    const dialog = await choose(testids.narrowGrant);
    expect(within(dialog).getByTestId(testids.grantPlan).textContent).toContain('Choose what it becomes');
    const role = within(dialog).getByTestId(testids.grantRole) as HTMLSelectElement;
    await waitFor(() =>
      expect([...role.options].map((one) => one.text)).toEqual(['Reader, as it is', 'Viewer', 'Consumer']),
    );
    await fireEvent.change(role, { target: { value: 'role-Consumer' } });
    await waitFor(() =>
      expect(calls(host, 'planGrantChange').at(-1)?.args[1]).toEqual({
        type: 'narrow',
        role: 'role-Consumer',
        place: null,
      }),
    );
    await within(dialog).findByText(/Instead they have/);
    await audit();
  });

  it('gives again what offboarding ended, to those who may, without the cases', async () => {
    const host = await open();
    await fireEvent.click(within(screen.getByTestId(testids.accessMode)).getByLabelText('By person'));
    const people = await screen.findAllByTestId(testids.accessFound);
    await fireEvent.click(people.find((one) => one.textContent.includes('Jonas')) as HTMLElement);
    await fireEvent.click(await screen.findByTestId(testids.restoreGrants));
    const dialog = await screen.findByTestId(testids.dialog);
    const boxes = within(dialog).getAllByTestId(testids.endedGrant);
    await fireEvent.click(boxes[1] as HTMLElement);
    await fireEvent.input(within(dialog).getByTestId(testids.reasonField), { target: { value: 'is back' } });
    await audit();
    await fireEvent.click(within(dialog).getByTestId(testids.submit));
    await waitFor(() => expect(screen.queryByTestId(testids.dialog)).toBeNull());
    expect(calls(host, 'restoreGrants')[0]?.args).toEqual(['case-waiting', ['ended-1'], [], 'is back']);
    expect(calls(host, 'endedGrants')).toEqual([]);
    cleanup();
    const other = await open();
    await fireEvent.click(within(screen.getByTestId(testids.accessMode)).getByLabelText('By person'));
    await fireEvent.click((await screen.findAllByTestId(testids.accessFound))[2] as HTMLElement);
    await screen.findByTestId(testids.accessTable);
    await waitFor(() => expect(calls(other, 'endedOf')).toHaveLength(1));
    expect(screen.queryByTestId(testids.restoreGrants)).toBeNull();
  });

  it('walks the matrix by keyboard and opens the person with Enter', async () => {
    const host = await open();
    await fireEvent.click(within(screen.getByTestId(testids.accessMode)).getByLabelText('Matrix'));
    const grid = await screen.findByTestId(testids.matrix);
    await audit();
    const cells = within(grid).getAllByRole('gridcell');
    expect(cells.filter((cell) => cell.tabIndex === 0)).toHaveLength(1);
    cells[0]?.focus();
    await fireEvent.keyDown(document.activeElement as Element, { key: 'ArrowDown' });
    const there = document.activeElement as HTMLElement;
    expect(there.dataset['at']).toBe('1-0');
    expect(there.tabIndex).toBe(0);
    await fireEvent.keyDown(there, { key: 'Enter' });
    await screen.findByTestId(testids.accessTable);
    expect(calls(host, 'accessOf')).toHaveLength(1);
  });

  it('says why somebody else can and cannot, from their row, at any place where one may look', async () => {
    const host = await open();
    const row = screen.getAllByTestId(testids.accessRow)[1] as HTMLElement;
    await fireEvent.click(within(row).getByTestId(testids.explain));
    const dialog = await screen.findByTestId(testids.dialog);
    await within(dialog).findByText(/As for somebody who has just signed in/);
    expect(within(dialog).getByText('Why can they, why can’t they')).toBeTruthy();
    await audit();
    const [first] = calls(host, 'explain');
    const looked = calls(host, 'accessAt')[0]?.args[0];
    expect(first?.args.slice(0, 2)).toEqual([{ type: 'place', id: looked }, 'secret.reveal']);
    expect(first?.args[2]).toEqual(expect.any(String));
    const place = within(dialog).getByTestId(testids.explainPlace) as HTMLSelectElement;
    const other = [...place.options].map((one) => one.value).find((value) => value !== place.value);
    await fireEvent.change(place, { target: { value: other } });
    await fireEvent.change(within(dialog).getByTestId(testids.explainAction), { target: { value: 'secret.write' } });
    await waitFor(() =>
      expect(calls(host, 'explain').at(-1)?.args).toEqual([
        { type: 'place', id: other },
        'secret.write',
        first?.args[2],
      ]),
    );
  });

  it('says it of a cell of the matrix with one key, and of whoever is looked at', async () => {
    const host = await open();
    await fireEvent.click(within(screen.getByTestId(testids.accessMode)).getByLabelText('Matrix'));
    const grid = await screen.findByTestId(testids.matrix);
    const cell = within(grid).getAllByRole('gridcell')[0] as HTMLElement;
    cell.focus();
    await fireEvent.keyDown(cell, { key: 'ArrowRight' });
    await fireEvent.keyDown(document.activeElement as Element, { key: 'w' });
    await waitFor(() => expect(calls(host, 'explain')).toHaveLength(1));
    const second = (calls(host, 'explain')[0]?.args[0] as { id: string }).id;
    expect((await screen.findByTestId(testids.explainPlace)) as HTMLSelectElement).toHaveProperty('value', second);
    await audit();
    await fireEvent.keyDown(document.activeElement as Element, { key: 'Escape' });
    await waitFor(() => expect(screen.queryByTestId(testids.dialog)).toBeNull());
    await fireEvent.keyDown(cell, { key: 'Enter' });
    await screen.findByTestId(testids.accessTable);
    await fireEvent.click(screen.getByTestId(testids.explain));
    await waitFor(() => expect(calls(host, 'explain')).toHaveLength(2));
  });

  it('says why one can and cannot, and who can help', async () => {
    const host = fakeHost();
    render(App, { host });
    await fireEvent.click(await screen.findByTestId(testids.explain));
    const answer = await screen.findByTestId(testids.explainAnswer);
    await waitFor(() => expect(answer.textContent).toContain('No.'));
    expect(answer.textContent).toMatch(/The least role that would do is Editor/);
    expect(answer.textContent).toMatch(/can give it/);
    await audit();
    await fireEvent.change(screen.getByTestId(testids.explainAction), { target: { value: 'secret.use' } });
    await waitFor(() => expect(answer.textContent).toContain('this decides'));
    expect(calls(host, 'explain').map((call) => call.args[1])).toEqual(['secret.write', 'secret.use']);
  });

  it('says it to Leads of anybody at one secret, and offers it to nobody else', async () => {
    const host = fakeHost();
    render(App, { host });
    await screen.findByTestId(testids.whyCard);
    const shown = screen.getByTestId(testids.secretDetail).dataset['secret'];
    await fireEvent.click(await screen.findByTestId(testids.explainOthers));
    const dialog = await screen.findByTestId(testids.dialog);
    expect(within(dialog).getByText('Choose whom it is about.')).toBeTruthy();
    expect(calls(host, 'explain')).toHaveLength(0);
    const who = await within(dialog).findByTestId(testids.explainWho);
    await audit();
    await fireEvent.input(who, { target: { value: 'lin' } });
    await waitFor(() => expect(calls(host, 'accessPeople').at(-1)?.args).toEqual(['lin']));
    await within(dialog).findByText('Lin Sato');
    await fireEvent.keyDown(who, { key: 'Enter' });
    await within(dialog).findByText(/As for somebody who has just signed in/);
    const lin = (await host.accessPeople('lin'))[0]?.person.id;
    expect(calls(host, 'explain').at(-1)?.args).toEqual([{ type: 'secret', id: shown }, 'secret.reveal', lin]);
    await audit();
    await fireEvent.change(within(dialog).getByTestId(testids.explainAction), { target: { value: 'secret.write' } });
    await within(dialog).findByText('No.');
    expect(calls(host, 'explain').at(-1)?.args.slice(1)).toEqual(['secret.write', lin]);
    // Giving begins at the place of the secret, for whoever was asked about.
    await fireEvent.click(await within(dialog).findByTestId(testids.explainGive));
    await waitFor(() => expect(calls(host, 'giveChoices').at(-1)?.args.slice(1)).toEqual([lin, 'secret.write']));
  });

  it('does not offer to ask about others at a secret whose grants are not for one to see', async () => {
    const host = fakeHost();
    const places = host.accessPlaces;
    host.accessPlaces = async () => ({ ...(await places()), places: [] });
    render(App, { host });
    await screen.findByTestId(testids.explain);
    expect(screen.queryByTestId(testids.explainOthers)).toBeNull();
  });

  it('says of a team what it has, without a yes or no', async () => {
    const host = fakeHost();
    const people = host.accessPeople;
    host.accessPeople = async (letters) => (await people(letters)).map((one) => ({ ...one, kind: 'team' as const }));
    render(App, { host });
    await fireEvent.click(await screen.findByTestId(testids.explainOthers));
    const dialog = await screen.findByTestId(testids.dialog);
    await within(dialog).findByText('Lin Sato');
    await fireEvent.keyDown(within(dialog).getByTestId(testids.explainWho), { key: 'Enter' });
    await within(dialog).findByText(/What .* has that reaches/);
    expect(within(dialog).queryByText('Yes.')).toBeNull();
    expect(within(dialog).queryByText('No.')).toBeNull();
  });
});

describe('a sign-in that grew too old', () => {
  const stale = async (kind: 'shown' | 'hidden') => {
    const host = fakeHost({ stale: kind });
    render(App, { host });
    await fireEvent.click(await screen.findByTestId(testids.navAccess));
    return { host, button: await screen.findByTestId(testids.signInAfresh) };
  };

  it('is said where one looks at who has what, and the page goes on by itself after another one', async () => {
    const { host, button } = await stale('shown');
    expect(screen.getByText('Sign in once more to see this')).toBeTruthy();
    expect(screen.getByRole('alert').textContent).toMatch(
      /counts only for a while after a sign-in with several factors/,
    );
    expect(screen.queryByTestId(testids.accessTable)).toBeNull();
    // Nothing was opened unasked.
    expect(calls(host, 'signInAfresh')).toHaveLength(0);
    await audit();
    await fireEvent.click(button);
    await screen.findByTestId(testids.accessTable);
    expect(calls(host, 'signInAfresh')).toHaveLength(1);
    expect(screen.queryByTestId(testids.signInAfresh)).toBeNull();
  });

  it('is said where no place shows without it', async () => {
    const { button } = await stale('hidden');
    expect(screen.getByRole('alert').textContent).toContain('so no place shows');
    await audit();
    await fireEvent.click(button);
    await screen.findByTestId(testids.accessTable);
    expect(screen.getByTestId(testids.accessPlace)).toBeTruthy();
  });

  it('can be tried again when one turned back', async () => {
    const { host, button } = await stale('shown');
    host.refuse('signInAfresh', 'signInCancelled');
    await fireEvent.click(button);
    await waitFor(() => expect(calls(host, 'signInAfresh')).toHaveLength(1));
    const again = await screen.findByTestId(testids.signInAfresh);
    await waitFor(() => expect(again).toHaveProperty('disabled', false));
    await fireEvent.click(again);
    await screen.findByTestId(testids.accessTable);
  });

  it('is said beside what shows, where further places would', async () => {
    const host = fakeHost();
    const places = host.accessPlaces;
    let afresh = true;
    host.accessPlaces = async () => ({ ...(await places()), afresh });
    const signIn = host.signInAfresh;
    host.signInAfresh = async () => {
      afresh = false;
      await signIn();
    };
    render(App, { host });
    await fireEvent.click(await screen.findByTestId(testids.navAccess));
    await screen.findByTestId(testids.accessTable);
    expect(screen.getByText('Further places show after a fresh sign-in.')).toBeTruthy();
    await audit();
    await fireEvent.click(screen.getByTestId(testids.signInAfresh));
    await waitFor(() => expect(screen.queryByTestId(testids.signInAfresh)).toBeNull());
    expect(calls(host, 'signInAfresh')).toHaveLength(1);
    expect(screen.getByTestId(testids.accessTable)).toBeTruthy();
  });
});
