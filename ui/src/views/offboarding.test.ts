import { cleanup, configure, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import axe from 'axe-core';
import { afterEach, describe, expect, it } from 'vitest';
import { fakeHost, type FakeHost, type FakeOptions } from '../host/fake';
import { testids } from '../testids';
import App from './App.svelte';

configure({ asyncUtilTimeout: 10_000 });
afterEach(cleanup);

const calls = (host: FakeHost, command: string) => host.calls.filter((call) => call.command === command);
const dialog = () => within(screen.getByTestId(testids.dialog));
const submit = () => dialog().getByTestId(testids.submit) as HTMLButtonElement;
const type = (testid: string, value: string) => fireEvent.input(dialog().getByTestId(testid), { target: { value } });
const gone = () => waitFor(() => expect(screen.queryByTestId(testids.dialog)).toBeNull());
const click = async (testid: string) => fireEvent.click(await screen.findByTestId(testid));

function open(options: FakeOptions = {}): FakeHost {
  const host = fakeHost(options);
  render(App, { host });
  return host;
}

async function toPart(label: string): Promise<void> {
  await click(testids.navOffboarding);
  await fireEvent.click(within(await screen.findByTestId(testids.offboardingPart)).getByLabelText(label));
}

async function toCase(name: RegExp): Promise<HTMLElement> {
  await click(testids.navOffboarding);
  const rows = await screen.findAllByTestId(testids.caseRow);
  await fireEvent.click(rows.find((row) => name.test(row.textContent)) as HTMLElement);
  return screen.findByTestId(testids.casePanel);
}

async function audit() {
  const { violations } = await axe.run(document.body, {
    rules: { 'color-contrast': { enabled: false }, 'target-size': { enabled: false } },
  });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
}

describe('offboarding', () => {
  it('is not there for those who may not conduct it', async () => {
    open({ offboarding: { conduct: false } });
    await screen.findByTestId(testids.navVault);
    await screen.findAllByTestId(testids.navSettings);
    expect(screen.queryByTestId(testids.navOffboarding)).toBeNull();
    await fireEvent.keyDown(document.body, { key: '8', ctrlKey: true });
    expect(screen.queryByTestId(testids.offboardingPart)).toBeNull();
  });

  it('lists cases by how they stand, or says that there are none', async () => {
    open();
    await fireEvent.keyDown(await screen.findByTestId(testids.navOffboarding), { key: '8', ctrlKey: true });
    const rows = await screen.findAllByTestId(testids.caseRow);
    const words = rows.map((row) => row.textContent.replace(/\s+/g, ' '));
    expect(words[0]).toMatch(/Jonas Keller.*15 values still to change.*waiting/);
    expect(words[1]).toMatch(/Samir Haddad.*suspended meanwhile.*needs a second person/);
    expect(words[2]).toMatch(/Begins 27 Nov 2026, 18:00 \(Europe\/Berlin\), planned/);
    expect(words[3]).toMatch(/by the identity provider.*done/);
    await audit();
    await fireEvent.click(within(screen.getByTestId(testids.casesShown)).getByLabelText('Not over'));
    await waitFor(() => expect(screen.getAllByTestId(testids.caseRow)).toHaveLength(3));
    cleanup();
    open({ scene: 'empty' });
    await click(testids.navOffboarding);
    await screen.findByTestId(testids.noCases);
    await audit();
  });

  it('shows what somebody holds, rehearses, and takes it away with a reason and an heir', async () => {
    const host = open();
    await click(testids.navOffboarding);
    await click(testids.newCase);
    await fireEvent.click((await dialog().findAllByTestId(testids.giveReceiver))[0] as HTMLElement);
    await audit();
    await fireEvent.click(submit());
    await gone();
    await screen.findByTestId(testids.radiusPanel);
    expect(calls(host, 'openCase')).toEqual([]);
    expect(screen.getByTestId(testids.radiusKnown).textContent).toMatch(/17.*still current/);
    expect(screen.getAllByTestId(testids.knownValue)).toHaveLength(12);
    await fireEvent.click(screen.getByText('More of 5'));
    await waitFor(() => expect(screen.getAllByTestId(testids.knownValue)).toHaveLength(17));
    expect(screen.getByTestId(testids.radiusPicture).querySelector('svg')?.getAttribute('aria-label')).toMatch(
      /payments: \d+ values? held, \d+ secrets reached/,
    );
    await audit();

    await click(testids.offboardPerson);
    const will = await dialog().findByText(/4 sessions end, 3 devices must destroy everything/);
    expect(will).toBeTruthy();
    expect(dialog().getByText(/3 secrets are left without an owner/)).toBeTruthy();
    expect(submit().disabled).toBe(true);
    await fireEvent.click(dialog().getByTestId(testids.chooseHeir));
    await fireEvent.click((await dialog().findAllByTestId(testids.giveReceiver))[0] as HTMLElement);
    await dialog().findByText(/3 secrets go to/);
    await type(testids.reasonField, 'moves on');
    await audit();
    host.refuse('openCase', 'lastOwner');
    await waitFor(() => expect(submit().disabled).toBe(false));
    await fireEvent.click(submit());
    await dialog().findByTestId(testids.dialogProblem);
    await fireEvent.click(submit());
    await gone();
    const [draft] = calls(host, 'openCase').at(-1)?.args as [Record<string, unknown>];
    expect(draft).toMatchObject({ reason: 'moves on', start: null });
    expect(draft['heir']).toBeTruthy();
    // A repeated call is the same case.
    expect(draft['case']).toBe((calls(host, 'openCase')[0]?.args as [Record<string, unknown>])[0]['case']);

    // It goes on by itself while it is looked at.
    const panel = await screen.findByTestId(testids.casePanel);
    expect(panel.textContent).toMatch(/0\.04 s.*from the click until every call was refused/s);
    await waitFor(() => expect(screen.getByTestId(testids.casePanel).dataset['stands']).toBe('waiting'), {
      timeout: 8_000,
    });
    expect(screen.getByText(/23 grants and 1 emergency right ended/)).toBeTruthy();
    await audit();
  }, 30_000);

  it('is planned for a time in a zone', async () => {
    const host = open();
    const panel = await toCase(/Jonas/);
    await fireEvent.click(within(panel).getByText('What they hold today'));
    await click(testids.radiusBack);
    await screen.findByTestId(testids.casePanel);
    await click(testids.caseBack);
    await click(testids.newCase);
    await fireEvent.click((await dialog().findAllByTestId(testids.giveReceiver))[1] as HTMLElement);
    await fireEvent.click(submit());
    await gone();
    await click(testids.offboardPerson);
    await fireEvent.click(within(dialog().getByTestId(testids.caseWhen)).getByLabelText('At a set time'));
    await type(testids.caseStart, '2030-11-27T18:00');
    await fireEvent.change(dialog().getByTestId(testids.caseZone), { target: { value: 'America/New_York' } });
    await type(testids.reasonField, 'last day');
    await waitFor(() => expect(submit().disabled).toBe(false));
    await audit();
    await fireEvent.click(submit());
    await gone();
    const [draft] = calls(host, 'openCase').at(-1)?.args as [Record<string, unknown>];
    expect(draft['start']).toEqual({ local: '2030-11-27T18:00', zone: 'America/New_York' });
    const banner = await screen.findByTestId(testids.caseBanner);
    expect(banner.textContent).toMatch(/27 Nov 2030, 18:00, America\/New_York/);
    await click(testids.cancelCase);
    await type(testids.reasonField, 'stays');
    await fireEvent.click(submit());
    await gone();
    await waitFor(() => expect(screen.getByTestId(testids.caseBanner).textContent).toMatch(/Called off.*stays/s));
    await audit();
  }, 30_000);

  it('waits for a second pair of eyes, which lets it go on', async () => {
    const host = open();
    const panel = await toCase(/Samir/);
    expect(within(panel).getByTestId(testids.caseBanner).textContent).toMatch(/protected.*suspended.*You can let it/s);
    await audit();
    await click(testids.approveCase);
    await audit();
    host.refuse('approveCase', 'separationOfDuties');
    await fireEvent.click(submit());
    await dialog().findByTestId(testids.dialogProblem);
    await fireEvent.click(submit());
    await gone();
    expect(calls(host, 'approveCase')).toHaveLength(2);
    await waitFor(() => expect(screen.queryByTestId(testids.caseBanner)).toBeNull());
    expect(await screen.findAllByTestId(testids.caseStep)).toHaveLength(7);
  });

  it('shows each device’s word, and never says more than is known', async () => {
    open();
    const panel = await toCase(/Jonas/);
    const [first, , away] = within(panel).getAllByTestId(testids.caseDevice);
    expect(first?.textContent).toMatch(/ThinkPad X1.*The device reported that it destroyed everything.*0\.31 s/s);
    expect(first?.dataset['state']).toBe('done');
    expect(away?.dataset['state']).toBe('open');
    expect(away?.textContent).toMatch(/Has not called since.*an unmodified client has\s+destroyed everything by/s);
    expect(panel.textContent).toMatch(/1 of 3.*devices still to report/s);
  });

  it('asks again and again while it waits, whatever an answer was, and not when it is over', async () => {
    const host = open();
    await toCase(/Jonas/);
    host.refuse('case', 'serverError');
    // The app says how it stands more often than the case is asked for.
    const syncs = setInterval(() => host.setState({}), 1_000);
    await waitFor(() => expect(calls(host, 'case').length).toBeGreaterThanOrEqual(4), { timeout: 40_000 });
    clearInterval(syncs);
    expect(screen.getByTestId(testids.casePanel)).toBeTruthy();
    await click(testids.caseBack);
    await screen.findAllByTestId(testids.caseRow);
    const before = calls(host, 'case').length;
    await toCase(/Tomás/);
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    expect(calls(host, 'case')).toHaveLength(before + 1);
  }, 60_000);

  it('accepts that a value stays, for Owners only', async () => {
    const host = open();
    const panel = await toCase(/Jonas/);
    expect(within(panel).getByTestId(testids.rotationProgress).textContent).toBe(
      '2 of 17 values settled, 1 accepted as they are',
    );
    await fireEvent.click(within(panel).getAllByTestId(testids.acceptRotation)[0] as HTMLElement);
    expect(submit().disabled).toBe(true);
    await type(testids.reasonField, 'a test key');
    await audit();
    await fireEvent.click(submit());
    await gone();
    expect(calls(host, 'acceptRotation')[0]?.args[2]).toBe('a test key');
    await waitFor(() => expect(screen.getByTestId(testids.rotationProgress).textContent).toMatch(/^3 of 17/));
    cleanup();
    open({ offboarding: { own: false } });
    const other = await toCase(/Jonas/);
    expect(within(other).queryByTestId(testids.acceptRotation)).toBeNull();
  });

  it('shows accounts in connected systems step by step, and lets an Owner accept what is down', async () => {
    const host = open();
    const panel = await toCase(/Jonas/);
    const words = (id: string) =>
      within(panel)
        .getAllByTestId(id)
        .map((line) => line.textContent ?? '');
    const [github, reporting] = words(testids.caseAccount);
    expect(github).toMatch(/jonas-k.*in github: removed, and not there when looked for again/);
    expect(reporting).toMatch(/cannot be used any more, but was not removed/);
    expect(reporting).toMatch(/owns things/);
    const down = within(panel).getAllByTestId(testids.caseSystem)[2] as HTMLElement;
    expect(down.dataset['state']).toBe('failing');
    expect(down.textContent).toMatch(
      /It cannot be reached \(since .*\)\. It is tried again in .*; everything else goes on/,
    );
    // Whom to ask is written down; that one has not answered is not done.
    const step = () => within(panel).getAllByTestId(testids.caseStep).at(-1);
    expect(step()?.dataset['state']).toBe('open');
    expect(step()?.textContent).toMatch(/1 system or account still to settle/);
    const accept = within(panel).getByTestId(testids.acceptConnected);
    accept.focus();
    await fireEvent.click(accept);
    await type(testids.reasonField, 'it was shut down');
    await audit();
    await fireEvent.click(submit());
    await gone();
    expect(calls(host, 'acceptConnected')[0]?.args).toEqual(['case-waiting', 'warehouse', null, 'it was shut down']);
    await waitFor(() => expect(screen.queryByTestId(testids.acceptConnected)).toBeNull());
    expect(screen.getAllByTestId(testids.caseSystem)[2]?.textContent).toMatch(/was not asked.*it was shut down/s);
    expect(step()?.dataset['state']).toBe('done');
    // The button is gone; whoever works by keyboard is still at the systems.
    await waitFor(() => expect(document.activeElement?.textContent).toMatch(/was not asked/));
    cleanup();
    open({ offboarding: { own: false } });
    const other = await toCase(/Jonas/);
    expect(within(other).queryByTestId(testids.acceptConnected)).toBeNull();
  });

  it('names the teams in which nobody is left, until whoever manages teams puts somebody in', async () => {
    const host = open();
    const panel = await toCase(/Jonas/);
    const lines = () => screen.getAllByTestId(testids.leftTeam).map((line) => line.textContent.replace(/\s+/g, ' '));
    expect(lines()[0]).toMatch(/Nobody is left in team Payments \(services: payments-ci and 2 more\)/);
    expect(lines()[1]).toMatch(/Nobody is left in team Tax since/);
    const [fill] = await within(panel).findAllByTestId(testids.fillTeam);
    await audit();
    await fireEvent.click(fill as HTMLElement);
    await fireEvent.click((await dialog().findAllByTestId(testids.giveReceiver))[0] as HTMLElement);
    await fireEvent.click(submit());
    await gone();
    expect(calls(host, 'addMember')[0]?.args[0]).toBe('team-payments');
    await waitFor(() => expect(lines()).toHaveLength(1));
    cleanup();
    // Whoever does not manage teams sees that they are empty, and no button.
    const other = fakeHost();
    const { team } = other;
    other.team = async (id) => ({ ...(await team(id)), mayManage: false });
    render(App, { host: other });
    await toCase(/Jonas/);
    await waitFor(() => expect(calls(other, 'team')).toHaveLength(1));
    expect(lines()).toHaveLength(2);
    expect(screen.queryByTestId(testids.fillTeam)).toBeNull();
  });

  it('says beforehand into which teams the heir comes, and puts them into those that are left chosen', async () => {
    const host = open();
    await toCase(/Jonas/);
    await click(testids.caseBack);
    await click(testids.newCase);
    await fireEvent.click((await dialog().findAllByTestId(testids.giveReceiver))[1] as HTMLElement);
    await fireEvent.click(submit());
    await gone();
    await click(testids.offboardPerson);
    const teams = async () =>
      (await dialog().findAllByTestId(testids.lonelyTeam)).map((line) => line.textContent.replace(/\s+/g, ' '));
    expect((await teams())[0]).toMatch(/Nobody is left in Tax It answers for payments-deploy\./);
    // An account that is somebody else's, too, is said to be so.
    expect(dialog().getByText(/takes it from neither, and waits for an Owner/)).toBeTruthy();
    await fireEvent.click(dialog().getByTestId(testids.chooseHeir));
    await fireEvent.click((await dialog().findAllByTestId(testids.giveReceiver))[0] as HTMLElement);
    await waitFor(async () =>
      expect((await teams())[0]).toMatch(/comes into Tax, which holds .* in ledger\/tax and 1 more/),
    );
    expect((await teams())[1]).toMatch(/Nobody is left in Audit/);
    await type(testids.reasonField, 'moves on');
    await audit();
    // Later, nobody is put anywhere.
    await fireEvent.click(within(dialog().getByTestId(testids.caseWhen)).getByLabelText('At a set time'));
    expect((await teams())[0]).toMatch(
      /Nobody is left in Tax, since nobody is put anywhere by a case that begins later/,
    );
    await fireEvent.click(within(dialog().getByTestId(testids.caseWhen)).getByLabelText('Now'));
    const box = () => dialog().getByTestId(testids.heirTeam) as HTMLInputElement;
    expect(box().checked).toBe(true);
    await fireEvent.click(box());
    host.refuse('openCase', 'lastOwner');
    await waitFor(() => expect(submit().disabled).toBe(false));
    await fireEvent.click(submit());
    await dialog().findByTestId(testids.dialogProblem);
    await fireEvent.click(box());
    await fireEvent.click(submit());
    await gone();
    const drafts = calls(host, 'openCase').map((call) => (call.args as [Record<string, unknown>])[0]['teams']);
    expect(drafts).toEqual([[], ['team-tax']]);
  }, 30_000);

  it('says who can reach a secret now, through what, and leads to Access at its place', async () => {
    const host = open();
    await fireEvent.click((await screen.findAllByTestId(testids.secretRow))[0] as HTMLElement);
    await click(testids.moreActions);
    await click(testids.radiusOf);
    const lines = async () =>
      (await screen.findAllByTestId(testids.reacher)).map((line) => line.textContent.replace(/\s+/g, ' '));
    expect(await lines()).toHaveLength(2);
    expect((await lines()).join()).toMatch(/may have it shown/);
    expect(screen.getByTestId(testids.radiusPanel).textContent).toMatch(/3\s+people and services can reach it now/);
    await audit();
    await fireEvent.click(screen.getByText('More of 1'));
    await waitFor(async () => expect(await lines()).toHaveLength(3));
    expect((await lines()).join()).toMatch(/uses it in programs.*by the team Ledger/);
    await fireEvent.click(screen.getByTestId(testids.radiusAccess));
    await screen.findByTestId(testids.accessPlace);
    expect(calls(host, 'accessAt').at(-1)?.args[0]).toBeTruthy();
  });

  it('lets somebody come back with nothing, then gives chosen grants again', async () => {
    const host = open();
    await toCase(/Jonas/);
    expect(screen.queryByTestId(testids.restoreGrants)).toBeNull();
    await click(testids.enablePerson);
    await type(testids.reasonField, 'is back');
    await audit();
    await fireEvent.click(submit());
    await gone();
    expect(calls(host, 'enablePerson')[0]?.args[1]).toBe('is back');
    await click(testids.restoreGrants);
    const boxes = await dialog().findAllByTestId(testids.endedGrant);
    expect(boxes).toHaveLength(3);
    await fireEvent.click(boxes[0] as HTMLElement);
    const teams = await dialog().findAllByTestId(testids.endedTeam);
    expect(teams).toHaveLength(2);
    await fireEvent.click(teams[1] as HTMLElement);
    expect(submit().textContent).toContain('Give 1 grant and 1 team again');
    await type(testids.reasonField, 'works on it again');
    await audit();
    await fireEvent.click(submit());
    await gone();
    expect(calls(host, 'restoreGrants')[0]?.args).toEqual([
      'case-waiting',
      ['ended-0'],
      ['team-1'],
      'works on it again',
    ]);
    await click(testids.restoreGrants);
    const again = await dialog().findAllByTestId(testids.endedGrant);
    expect((again[0] as HTMLInputElement).disabled).toBe(true);
    const left = await dialog().findAllByTestId(testids.endedTeam);
    expect(left.map((one) => (one as HTMLInputElement).disabled)).toEqual([false, true]);
  });

  it('finds a leaked value, and keeps it nowhere', async () => {
    const host = open();
    await toPart('Leaked value');
    const field = () => screen.getByTestId(testids.leakValue) as HTMLTextAreaElement;
    const value = 'never-here-4711';
    await fireEvent.input(field(), { target: { value } });
    await audit();
    await click(testids.leakLookUp);
    expect(field().value).toBe('');
    await screen.findByTestId(testids.leakNothing);
    expect(document.documentElement.outerHTML).not.toContain(value);
    expect(JSON.stringify(host.calls)).not.toContain(value);
    host.refuse('lookUpLeak', 'rateLimited');
    await fireEvent.input(field(), { target: { value } });
    await click(testids.leakLookUp);
    await screen.findByText(/Too many/);
    expect(field().value).toBe('');
  });

  it('has a brake that Owners set and others see', async () => {
    const host = open();
    await toPart('Brake');
    const number = await screen.findByTestId(testids.brakeNumber);
    expect((screen.getByTestId(testids.brakeSave) as HTMLButtonElement).disabled).toBe(true);
    await fireEvent.input(number, { target: { value: '3' } });
    await click(testids.brakeAdd);
    await fireEvent.click((await screen.findAllByTestId(testids.giveReceiver))[0] as HTMLElement);
    await audit();
    await click(testids.brakeSave);
    await waitFor(() => expect(calls(host, 'setBrake')).toHaveLength(1));
    const [peoplePerHour, people] = calls(host, 'setBrake')[0]?.args as [number, string[]];
    expect([peoplePerHour, people.length]).toEqual([3, 2]);
    cleanup();
    open({ offboarding: { own: false } });
    await toPart('Brake');
    expect(((await screen.findByTestId(testids.brakeNumber)) as HTMLInputElement).disabled).toBe(true);
    expect(screen.queryByTestId(testids.brakeSave)).toBeNull();
    await audit();
  });

  it('says what went wrong and asks again', async () => {
    const host = open();
    host.refuse('cases', 'serverError');
    await click(testids.navOffboarding);
    await fireEvent.click(await screen.findByText('Try again'));
    await screen.findAllByTestId(testids.caseRow);
  });

  it('shows what a lost device of one’s own would mean', async () => {
    const host = open();
    await click(testids.navSettings);
    await fireEvent.click((await screen.findAllByTestId(testids.radiusOf))[0] as HTMLElement);
    await screen.findByTestId(testids.radiusPanel);
    expect(calls(host, 'blastRadius')[0]?.args).toEqual([{ kind: 'device', id: 'device-1' }, null]);
    expect(screen.queryByTestId(testids.offboardPerson)).toBeNull();
    await audit();
  });
});
