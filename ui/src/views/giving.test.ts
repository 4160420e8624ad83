import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { fakeHost, type FakeHost } from '../host/fake';
import { testids } from '../testids';
import App from './App.svelte';
import { audit, calls, dialog, submit } from './at-app';

async function open(person = false): Promise<FakeHost> {
  const host = fakeHost();
  render(App, { host });
  await fireEvent.click(await screen.findByTestId(testids.navAccess));
  await screen.findByTestId(testids.accessTable);
  if (person) {
    await fireEvent.click(within(screen.getByTestId(testids.accessMode)).getByLabelText('By person'));
    await fireEvent.click((await screen.findAllByTestId(testids.accessFound))[1] as HTMLElement);
    await screen.findByTestId(testids.accessTable);
  }
  await fireEvent.click(screen.getByTestId(testids.giveAccess));
  await waitFor(() => expect((dialog().getByTestId(testids.giveRole) as HTMLSelectElement).options.length).toBe(4));
  return host;
}

const say = (words: string) => fireEvent.input(dialog().getByTestId(testids.reasonField), { target: { value: words } });

describe('giving access', () => {
  it('offers the least role first and says which are not for this person to give', async () => {
    await open();
    const role = dialog().getByTestId(testids.giveRole) as HTMLSelectElement;
    expect([...role.options].map((one) => one.text)).toEqual(['Viewer', 'Consumer', 'Reader', 'Editor']);
    expect(role.value).toBe('role-Viewer');
    expect(screen.getByTestId(testids.dialog).textContent).toContain('Lead (your role may not grant this one)');
    await audit();
  });

  it('proposes the least role that has what they are to be able to do', async () => {
    await open();
    await fireEvent.change(dialog().getByTestId(testids.giveAction), { target: { value: 'secret.reveal' } });
    const role = dialog().getByTestId(testids.giveRole) as HTMLSelectElement;
    await waitFor(() => expect([...role.options].map((one) => one.text)).toEqual(['Reader', 'Editor']));
    expect(role.value).toBe('role-Reader');
    await fireEvent.change(role, { target: { value: 'role-Editor' } });
    await fireEvent.change(dialog().getByTestId(testids.giveAction), { target: { value: 'secret.use' } });
    await waitFor(() => expect(role.value).toBe('role-Consumer'));
  });

  it('is reached from a refusal, with what was refused', async () => {
    const host = fakeHost();
    render(App, { host });
    await fireEvent.click(await screen.findByTestId(testids.navAccess));
    await screen.findByTestId(testids.accessTable);
    const there = (await host.places()).places.find((one) => one.depth > 1)?.id;
    await fireEvent.change(screen.getByTestId(testids.accessPlace), { target: { value: there } });
    await waitFor(() => expect(calls(host, 'accessAt').at(-1)?.args[0]).toBe(there));
    await fireEvent.click((await screen.findAllByTestId(testids.explain))[0] as HTMLElement);
    const action = await screen.findByTestId(testids.explainAction);
    await fireEvent.change(action, { target: { value: 'secret.write' } });
    await fireEvent.click(await screen.findByTestId(testids.explainGive));
    await waitFor(() =>
      expect((dialog().getByTestId(testids.giveRole) as HTMLSelectElement).value).toBe('role-Editor'),
    );
    const asked = calls(host, 'giveChoices').at(-1)?.args;
    expect(asked).toEqual([
      (calls(host, 'explain').at(-1)?.args[0] as { id: string }).id,
      calls(host, 'explain').at(-1)?.args[2],
      'secret.write',
    ]);
    await audit();
  });

  it('finds somebody by keyboard, shows what it newly allows, and gives just that', async () => {
    const host = await open();
    await fireEvent.change(dialog().getByTestId(testids.giveRole), { target: { value: 'role-Reader' } });
    const who = dialog().getByTestId(testids.giveWho);
    await fireEvent.input(who, { target: { value: 'lin' } });
    await waitFor(() => expect(dialog().getAllByTestId(testids.giveReceiver)).toHaveLength(1));
    expect(submit().disabled).toBe(true);
    await fireEvent.keyDown(who, { key: 'Enter' });
    // The field is gone; whoever chose goes on from there, not from the button that closes the dialog.
    await waitFor(() =>
      expect(document.activeElement?.querySelector('button')?.dataset['testid']).toBe(testids.giveOther),
    );
    const plan = dialog().getByTestId(testids.givePlan);
    await waitFor(() => expect(plan.textContent).toContain('reveal and copy'));
    expect(plan.textContent).toContain('1 person');
    await audit();
    await say('on call this week');
    await waitFor(() => expect(submit().disabled).toBe(false));
    await fireEvent.click(submit());
    await waitFor(() => expect(screen.queryByTestId(testids.dialog)).toBeNull());
    const [given] = calls(host, 'giveAccess');
    const planned = calls(host, 'planAccess').at(-1);
    expect(given?.args[0]).toEqual(planned?.args[0]);
    expect(given?.args.slice(1)).toEqual([
      'grant-new',
      `plan-${(given?.args[0] as { principal: string }).principal}-role-Reader-${(given?.args[0] as { place: string }).place}`,
      'on call this week',
    ]);
    expect((given?.args[0] as { endsAt: number | null }).endsAt).not.toBeNull();
  });

  it('gives nothing when it would be something else by now, and shows that', async () => {
    const host = await open(true);
    await waitFor(() => expect(calls(host, 'planAccess').length).toBeGreaterThan(0));
    await say('on call');
    await waitFor(() => expect(submit().disabled).toBe(false));
    host.refuse('giveAccess', 'planStale');
    const before = calls(host, 'planAccess').length;
    await fireEvent.click(submit());
    expect((await dialog().findByTestId(testids.dialogProblem)).textContent).toContain('Something changed');
    expect(calls(host, 'planAccess').length).toBeGreaterThan(before);
  });

  it('asks for an end where the receiver is from outside', async () => {
    await open();
    const who = dialog().getByTestId(testids.giveWho);
    await fireEvent.input(who, { target: { value: 'priya' } });
    await waitFor(() => expect(dialog().getAllByTestId(testids.giveReceiver)).toHaveLength(1));
    await fireEvent.keyDown(who, { key: 'Enter' });
    await fireEvent.change(dialog().getByTestId(testids.giveSpan), { target: { value: '-1' } });
    await dialog().findByText(/People from outside need an end/);
    await say('audit');
    expect(submit().disabled).toBe(true);
    await fireEvent.change(dialog().getByTestId(testids.giveSpan), { target: { value: String(86_400_000) } });
    await waitFor(() => expect(submit().disabled).toBe(false));
  });

  it('begins with the hours of the zone in which they work, and says whose it is', async () => {
    const host = await open(true);
    const known = host.accessOf;
    host.accessOf = async (id, after) => {
      const view = await known(id, after);
      const grants = view.grants.map((one) => ({ ...one, way: { ...one.way, zone: 'Asia/Tokyo' } }));
      return { ...view, grants, zone: 'America/Sao_Paulo' };
    };
    await fireEvent.click(dialog().getByTestId(testids.giveHours));
    const zone = await dialog().findByTestId(testids.giveZone);
    expect(zone).toHaveProperty('value', 'America/Sao_Paulo');
    const words = dialog().getByText(/’s zone, as your identity provider says\.$/);
    expect(zone.getAttribute('aria-describedby')).toBe(words.id);
    await audit();
    await fireEvent.change(zone, { target: { value: 'UTC' } });
    await waitFor(() => expect(dialog().queryByText(/as your identity provider says/)).toBeNull());
  });

  it('begins with one’s own zone, and says so, where nothing is known of theirs', async () => {
    const host = await open(true);
    const known = host.accessOf;
    host.accessOf = async (id, after) => ({ ...(await known(id, after)), grants: [], zone: null });
    await fireEvent.click(dialog().getByTestId(testids.giveHours));
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    await waitFor(() => expect(dialog().getByTestId(testids.giveZone)).toHaveProperty('value', own));
    expect(dialog().getByText('This is your own zone. Choose the one in which they work.')).toBeTruthy();
  });

  it('says shortly what an enrolled device is, and explains it beside', async () => {
    await open(true);
    const device = dialog().getByTestId(testids.giveDevice);
    expect(device.getAttribute('aria-label')).toBe('Enrolled device');
    const words = document.getElementById(device.getAttribute('aria-describedby') ?? '');
    expect(words?.textContent).toContain('Any device that is signed in counts as one.');
  });

  it('begins with the hours of the zone that an earlier grant of theirs names', async () => {
    const host = await open(true);
    const known = host.accessOf;
    host.accessOf = async (id, after) => {
      const view = await known(id, after);
      const named = (zone: string | null, givenAt: number) => ({ zone, givenAt });
      const zones = [named(null, 9), named('Asia/Tokyo', 7), named('Asia/Kolkata', 8)];
      const grants = view.grants.map((one, at) => ({ ...one, way: { ...one.way, ...zones[at] } }));
      return { ...view, grants, zone: null };
    };
    await fireEvent.click(dialog().getByTestId(testids.giveHours));
    await waitFor(() => expect(dialog().getByTestId(testids.giveZone)).toHaveProperty('value', 'Asia/Kolkata'));
    expect(dialog().getByText(/^As in an earlier grant of /)).toBeTruthy();
    await fireEvent.change(dialog().getByTestId(testids.giveZone), { target: { value: 'UTC' } });
    await waitFor(() => expect(dialog().queryByText(/^As in an earlier grant of /)).toBeNull());
  });

  it('hands conditions over as they were set', async () => {
    const host = await open(true);
    await fireEvent.change(dialog().getByTestId(testids.giveFactor), { target: { value: '15' } });
    await fireEvent.input(dialog().getByTestId(testids.giveNetworks), { target: { value: '10.0.0.0/8\n' } });
    await fireEvent.click(dialog().getByTestId(testids.giveHours));
    await waitFor(() => {
      const give = calls(host, 'planAccess').at(-1)?.args[0] as { conditions: unknown };
      expect(give.conditions).toMatchObject({
        multiFactorMinutes: 15,
        networks: ['10.0.0.0/8', ''],
        hours: { days: [0, 1, 2, 3, 4], from: '08:00', until: '18:00' },
      });
    });
    await dialog().findByText(/does not count at this hour/);
    await dialog().findByText('This is your own zone. Choose the one in which they work.');
    await audit();
  });
});
