import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { testids } from '../testids';
import { audit, calls, click, dialog, gone, open, submit, type } from './at-app';
import { toPart } from './at-offboarding';

describe('what somebody reaches and holds', () => {
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
