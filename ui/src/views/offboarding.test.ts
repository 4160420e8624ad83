import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { testids } from '../testids';
import { audit, calls, click, dialog, gone, open, submit, type } from './at-app';
import { toCase, toPart } from './at-offboarding';

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
});
