import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { fakeHost } from '../host/fake';
import { testids } from '../testids';
import App from './App.svelte';
import { audit, calls, click, dialog, gone, open, submit, type } from './at-app';
import { toCase } from './at-offboarding';

describe('teams and grants of a leaver', () => {
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
});
