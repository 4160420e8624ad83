import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { fakeHost, type FakeHost } from '../host/fake';
import { testids } from '../testids';
import App from './App.svelte';
import { audit, calls, dialog, gone, submit, type } from './at-app';

async function open(part?: string): Promise<FakeHost> {
  const host = fakeHost();
  render(App, { host });
  await fireEvent.click(await screen.findByTestId(testids.navOrganization));
  await screen.findAllByTestId(testids.placeRow);
  if (part) await fireEvent.click(within(screen.getByTestId(testids.organizationPart)).getByLabelText(part));
  return host;
}

async function menu(testid: string, at: number, item: string) {
  const button = screen.getAllByTestId(testid)[at];
  if (!button) throw new Error('no menu');
  button.focus();
  await fireEvent.keyDown(button, { key: 'Enter' });
  await fireEvent.click(await screen.findByTestId(item));
  await screen.findByTestId(testids.dialog);
}

describe('places', () => {
  it('are not there for those who may change nothing', async () => {
    const host = fakeHost({ scene: 'empty' });
    render(App, { host });
    await screen.findByTestId(testids.navVault);
    await waitFor(() => expect(calls(host, 'managedPlaces').length).toBeGreaterThan(0));
    expect(screen.queryByTestId(testids.navOrganization)).toBeNull();
  });

  it('are made, with a class where they are environments', async () => {
    const host = await open();
    await audit();
    await fireEvent.click(screen.getByTestId(testids.newPlace));
    expect(dialog().queryByTestId(testids.placeClass)).toBeNull();
    await type(testids.placeName, 'a/b');
    expect(submit().disabled).toBe(true);
    await type(testids.placeName, 'billing');
    await fireEvent.click(submit());
    await gone();
    expect(calls(host, 'createPlace')[0]?.args).toEqual([{ parent: 'root', name: 'billing', class: null }]);
    const row = (await screen.findAllByTestId(testids.placeRow)).findIndex((one) => /billing/.test(one.textContent));
    await menu(testids.placeMenu, row, testids.placeAdd);
    await type(testids.placeName, 'production');
    await fireEvent.change(dialog().getByTestId(testids.placeClass), { target: { value: 'production' } });
    await audit();
    await fireEvent.click(submit());
    await gone();
    expect(calls(host, 'createPlace')[1]?.args[0]).toMatchObject({ name: 'production', class: 'production' });
  });

  it('unfold what lies in an environment', async () => {
    await open();
    const before = screen.getAllByTestId(testids.placeRow).length;
    const folded = screen.getAllByTestId(testids.placeTurn).find((one) => one.ariaExpanded === 'false');
    await fireEvent.click(folded as HTMLElement);
    expect(screen.getAllByTestId(testids.placeRow).length).toBeGreaterThan(before);
    expect(folded?.ariaExpanded).toBe('true');
  });

  it('keep what was typed when the name is taken', async () => {
    const host = await open();
    await fireEvent.click(screen.getByTestId(testids.newPlace));
    await type(testids.placeName, 'payments');
    host.refuse('createPlace', 'nameTaken');
    await fireEvent.click(submit());
    await dialog().findByTestId(testids.dialogProblem);
    expect((dialog().getByTestId(testids.placeName) as HTMLInputElement).value).toBe('payments');
  });

  it('send only what was changed', async () => {
    const host = await open();
    await menu(testids.placeMenu, 1, testids.placeEdit);
    expect(submit().disabled).toBe(true);
    await fireEvent.change(dialog().getByTestId(testids.placeKnownTo), { target: { value: 'teams' } });
    const team = await dialog().findByLabelText('Backend');
    expect(submit().disabled).toBe(true);
    await fireEvent.click(team);
    await audit();
    await fireEvent.click(submit());
    await gone();
    expect(calls(host, 'editPlace')[0]?.args[1]).toEqual({
      name: null,
      class: null,
      knownTo: { type: 'teams', teams: ['team-backend'] },
      copiesFor: null,
    });
  });

  it('move only as it was shown', async () => {
    const host = await open();
    await menu(testids.placeMenu, 1, testids.placeMove);
    const parent = dialog().getByTestId(testids.placeParent) as HTMLSelectElement;
    const target = [...parent.options].at(-1)?.value ?? '';
    await fireEvent.change(parent, { target: { value: target } });
    await dialog().findByText(/gains: see names, use/);
    await audit();
    await fireEvent.click(submit());
    await gone();
    const [moved] = calls(host, 'movePlace');
    expect(moved?.args[2]).toBe(`move-${String(moved?.args[0])}-${target}`);
  });
});

describe('people and teams', () => {
  it('are found by letters, and a person opens in Access', async () => {
    const host = await open('People and teams');
    await screen.findAllByTestId(testids.peopleRow);
    await audit();
    await fireEvent.input(screen.getByTestId(testids.peopleSearch), { target: { value: 'lin' } });
    const [row] = screen.getAllByTestId(testids.peopleRow);
    await fireEvent.click(row as HTMLElement);
    await waitFor(() => expect(calls(host, 'accessOf')).toHaveLength(1));
  });

  it('teams are made, filled, and emptied again', async () => {
    const host = await open('People and teams');
    await fireEvent.click(await screen.findByTestId(testids.newTeam));
    await type(testids.teamName, 'Night shift');
    await fireEvent.click(submit());
    await gone();
    await screen.findByTestId(testids.teamPanel);
    await fireEvent.click(screen.getByTestId(testids.addMember));
    const who = await dialog().findByTestId(testids.giveWho);
    await waitFor(() => expect(dialog().getAllByTestId(testids.giveReceiver).length).toBeGreaterThan(1));
    await fireEvent.input(who, { target: { value: 'mara' } });
    await fireEvent.keyDown(who, { key: 'Enter' });
    await fireEvent.click(submit());
    await gone();
    await waitFor(() => expect(screen.getAllByTestId(testids.memberRow)).toHaveLength(1));
    await audit();
    await fireEvent.click(screen.getByTestId(testids.removeMember));
    await waitFor(() => expect(screen.queryByTestId(testids.memberRow)).toBeNull());
    expect(calls(host, 'removeMember')).toHaveLength(1);
  });

  it('a group that would widen one’s own access is proposed', async () => {
    const host = await open('People and teams');
    await fireEvent.input(await screen.findByTestId(testids.peopleSearch), { target: { value: 'backend' } });
    const rows = screen.getAllByTestId(testids.peopleRow);
    await fireEvent.click(rows.find((row) => /team$/.test(row.textContent.trim())) as HTMLElement);
    await fireEvent.click(await screen.findByTestId(testids.mapGroup));
    await type(testids.groupName, 'company-admins');
    await type(testids.reasonField, 'one team');
    await fireEvent.click(submit());
    await dialog().findByTestId(testids.dialogProblem);
    await waitFor(() => expect(submit().textContent).toContain('Propose it'));
    await fireEvent.click(submit());
    await gone();
    expect(calls(host, 'mapGroup').map((call) => call.args[3])).toEqual([false, true]);
  });
});

describe('roles', () => {
  it('never join values with power over access', async () => {
    const host = await open('Roles');
    await fireEvent.click(await screen.findByTestId(testids.newRole));
    const box = (code: string) =>
      dialog()
        .getAllByTestId(testids.roleAction)
        .find((one) => one.dataset['action'] === code) as HTMLInputElement;
    await fireEvent.click(box('secret.reveal'));
    expect(box('grant.assign').disabled).toBe(true);
    await fireEvent.click(box('secret.reveal'));
    await fireEvent.click(box('grant.assign'));
    expect(box('secret.reveal').disabled).toBe(true);
    const gives = within(dialog().getByTestId(testids.roleGrants));
    await fireEvent.click(gives.getByLabelText('Reader'));
    // What no role of one's own can give or hold is not offered as if it could be.
    expect(gives.getByLabelText('CI deploy')).toBeTruthy();
    expect(gives.queryByLabelText('Policy files')).toBeNull();
    expect(box('files.apply')).toBeUndefined();
    await type(testids.roleName, 'Doorkeeper');
    await type(testids.reasonField, 'lets people in');
    await audit();
    await fireEvent.click(submit());
    await gone();
    expect(calls(host, 'putRole')[0]?.args[0]).toMatchObject({
      id: null,
      name: 'Doorkeeper',
      mayGrant: ['role-Reader'],
    });
    expect((await screen.findAllByTestId(testids.roleRow)).at(-1)?.textContent).toContain('May give Reader');
  });

  it('built-in ones are not to be changed', async () => {
    await open('Roles');
    expect(await screen.findAllByTestId(testids.roleMenu)).toHaveLength(1);
    await audit();
  });
});

describe('a second owner', () => {
  it('approves exactly what was read, or says why not', async () => {
    const host = await open('Second owner');
    await screen.findAllByTestId(testids.proposalRow);
    await audit();
    await fireEvent.click(screen.getByTestId(testids.refuseProposal));
    await type(testids.reasonField, 'by hand, please');
    await fireEvent.click(submit());
    await gone();
    expect(calls(host, 'refuseProposal')[0]?.args).toEqual(['proposal-1', 'by hand, please']);
    expect(screen.queryByTestId(testids.approveProposal)).toBeNull();
  });

  it('is named by the digest of the change', async () => {
    const host = await open('Second owner');
    await fireEvent.click(await screen.findByTestId(testids.approveProposal));
    await waitFor(() => expect(calls(host, 'approveProposal')[0]?.args).toEqual(['proposal-1', 'digest-1']));
  });
});

describe('approval of requests', () => {
  it('is set with rules that are added and dropped, and nothing is sent before it is saved', async () => {
    const host = await open();
    await menu(testids.placeMenu, 1, testids.placeApproval);
    await dialog().findByText(/Reader for at most 8 hours, for members of Payments in staging/);
    expect(submit().disabled).toBe(true);
    await fireEvent.click(dialog().getByTestId(testids.dropRule));
    await fireEvent.click(dialog().getByTestId(testids.addRule));
    await type(testids.ruleName, 'Night shift');
    expect((dialog().getByTestId(testids.ruleDone) as HTMLButtonElement).disabled).toBe(true);
    await fireEvent.click((await dialog().findAllByTestId(testids.ruleTeam))[0] as HTMLElement);
    const approves = dialog().getByTestId(testids.ruleRole) as HTMLSelectElement;
    const offered = [...approves.options].map((one) => one.text);
    expect(offered).toContain('Support');
    expect(offered.filter((name) => name === 'CI deploy' || name === 'Policy files')).toEqual([]);
    await fireEvent.input(dialog().getByTestId(testids.giveNetworks), { target: { value: '10.0.0.0/8' } });
    await fireEvent.change(dialog().getByTestId(testids.giveFactor), { target: { value: '15' } });
    await fireEvent.click(dialog().getByTestId(testids.giveHours));
    await fireEvent.change(await dialog().findByTestId(testids.giveZone), { target: { value: 'Asia/Tokyo' } });
    await audit();
    await fireEvent.click(dialog().getByTestId(testids.ruleDone));
    await dialog().findByText(/It counts: multi-factor, at most 15 minutes ago; from 10\.0\.0\.0\/8; .*Asia\/Tokyo/);
    await fireEvent.change(dialog().getByTestId(testids.approvalSteps), { target: { value: '2' } });
    expect(calls(host, 'setApproval')).toHaveLength(0);
    await fireEvent.click(submit());
    await gone();
    const [set] = calls(host, 'setApproval');
    expect(set?.args[1]).toMatchObject({ digest: 'approval-1', steps: 2, rotations: null, keep: [] });
    expect((set?.args[1] as { add: unknown[] }).add).toMatchObject([
      {
        name: 'Night shift',
        teams: ['team-backend'],
        conditions: { multiFactorMinutes: 15, networks: ['10.0.0.0/8'], hours: { zone: 'Asia/Tokyo' } },
      },
    ]);
  });

  it('is shown anew when somebody else changed it meanwhile', async () => {
    const host = await open();
    await menu(testids.placeMenu, 1, testids.placeApproval);
    await dialog().findByTestId(testids.approvalSteps);
    await fireEvent.change(dialog().getByTestId(testids.approvalSteps), { target: { value: '3' } });
    host.refuse('setApproval', 'planStale');
    await fireEvent.click(submit());
    expect((await dialog().findByTestId(testids.dialogProblem)).textContent).toContain('Something changed');
    expect(calls(host, 'approvalSettings')).toHaveLength(2);
  });
});
