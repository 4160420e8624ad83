import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { testids } from '../testids';
import { audit, calls, dialog, gone, open, submit, type } from './at-app';

const choose = (testid: string, value: string) => fireEvent.change(dialog().getByTestId(testid), { target: { value } });

async function toList(): Promise<void> {
  await fireEvent.click(await screen.findByTestId(testids.navAccess));
  await fireEvent.click(within(await screen.findByTestId(testids.accessMode)).getByLabelText('Emergency'));
}

describe('emergency access', () => {
  it('is drawn by keyboard with a reason, shows how long it lasts, and is given back', async () => {
    const host = open();
    await fireEvent.click(await screen.findByTestId(testids.navRequests));
    await screen.findByTestId(testids.emergencyDraw);
    await audit();
    await fireEvent.keyDown(document.body, { key: 'e', ctrlKey: true });
    await screen.findByTestId(testids.dialog);
    expect(submit().disabled).toBe(true);
    expect(dialog().getByText(/queued for rotation/)).toBeTruthy();
    await type(testids.reasonField, 'payments are down');
    await choose(testids.emergencyTime, '900');
    await audit();
    await fireEvent.click(submit());
    await gone();
    expect(calls(host, 'drawEmergency')[0]?.args).toEqual(['right-own', 'payments are down', 900]);
    const banner = await screen.findByTestId(testids.emergencyBanner);
    expect(banner.textContent).toMatch(/Reader at .*production, 1[45] min left/);
    await audit();
    expect(screen.queryByTestId(testids.emergencyDraw)).toBeNull();
    await fireEvent.click(screen.getByTestId(testids.emergencyBack));
    await waitFor(() => expect(screen.queryByTestId(testids.emergencyBanner)).toBeNull());
    expect(calls(host, 'endDraw')[0]?.args[1]).toBeNull();
  });

  it('of somebody else is seen at once and can be ended', async () => {
    const host = open({ drawn: true });
    const banner = await screen.findByTestId(testids.emergencyOther);
    expect(calls(host, 'emergencyDraws')).toEqual([]);
    expect(banner.textContent).toMatch(/drew emergency access to .*4[12] min left.*webhook key/s);
    await fireEvent.click(await within(banner).findByText('Look'));
    const [end] = await screen.findAllByText('End now');
    await audit();
    // What was reviewed stands on the next page.
    expect(screen.queryByText(/The gateway was down/)).toBeNull();
    await fireEvent.click(screen.getByTestId(testids.emergencyMore));
    await screen.findByText(/The gateway was down/);
    expect(screen.queryByTestId(testids.emergencyMore)).toBeNull();
    await fireEvent.click(end as HTMLElement);
    await type(testids.reasonField, 'no fire there');
    await audit();
    await fireEvent.click(submit());
    await gone();
    expect(calls(host, 'endDraw')[0]?.args).toEqual(['grant-draw-other', 'no fire there']);
    await waitFor(() => expect(screen.queryByTestId(testids.emergencyOther)).toBeNull());
  });

  it('brings further rights of others when they are asked for', async () => {
    const host = open({ manyRights: true });
    await toList();
    const more = await screen.findByTestId(testids.emergencyMoreRights);
    expect(screen.getAllByTestId(testids.emergencyRight)).toHaveLength(2);
    expect(screen.getByText('2+')).toBeTruthy();
    await audit();
    await fireEvent.click(more);
    await waitFor(() => expect(screen.getAllByTestId(testids.emergencyRight)).toHaveLength(3));
    expect(calls(host, 'emergencyRights')[0]?.args).toEqual(['later']);
    expect(screen.queryByTestId(testids.emergencyMoreRights)).toBeNull();
    cleanup();
    open();
    await toList();
    await screen.findAllByTestId(testids.emergencyRight);
    expect(screen.queryByTestId(testids.emergencyMoreRights)).toBeNull();
  });

  it('waits for a review by somebody else, and says when that is overdue', async () => {
    const host = open();
    await toList();
    const row = await screen.findByText(/overdue since 2 days ago/);
    expect(row).toBeTruthy();
    await fireEvent.click(screen.getByTestId(testids.emergencyReview));
    expect(dialog().getAllByText(/a rotation is asked for/)).toHaveLength(2);
    await fireEvent.click(within(dialog().getByTestId(testids.emergencyVerdict)).getByLabelText(/went too far/));
    await type(testids.reasonField, 'one key would have done');
    await audit();
    host.refuse('reviewEmergency', 'separationOfDuties');
    await fireEvent.click(submit());
    await dialog().findByTestId(testids.dialogProblem);
    await fireEvent.click(submit());
    await gone();
    expect(calls(host, 'reviewEmergency').at(-1)?.args).toEqual([
      'draw-late',
      'notJustified',
      'one key would have done',
    ]);
    await waitFor(() => expect(screen.queryByTestId(testids.emergencyReview)).toBeNull());
    await audit();
  });

  it('is given beforehand to one person, and the right ends', async () => {
    const host = open();
    await toList();
    await fireEvent.click(await screen.findByTestId(testids.emergencyGive));
    await waitFor(() => expect((dialog().getByTestId(testids.giveRole) as HTMLSelectElement).value).not.toBe(''));
    const roles = [...(dialog().getByTestId(testids.giveRole) as HTMLSelectElement).options].map((one) => one.label);
    expect(roles).not.toContain('Viewer');
    expect(submit().disabled).toBe(true);
    const [first] = await dialog().findAllByTestId(testids.giveReceiver);
    await fireEvent.click(first as HTMLElement);
    await type(testids.reasonField, 'on call');
    // What could be read in an emergency is shown first, and just that is given.
    const plan = await dialog().findByText(/^Newly /);
    expect(plan.textContent).toMatch(/14 secrets/);
    await waitFor(() => expect(submit().disabled).toBe(false));
    await audit();
    host.refuse('giveEmergency', 'planStale');
    await fireEvent.click(submit());
    await dialog().findByTestId(testids.dialogProblem);
    await waitFor(() => expect(calls(host, 'planEmergency').length).toBeGreaterThan(1));
    await fireEvent.click(submit());
    await gone();
    const [give, , digest, why] = calls(host, 'giveEmergency').at(-1)?.args ?? [];
    expect(why).toBe('on call');
    expect(digest).toContain((give as { person: string }).person);
    await waitFor(() => expect(screen.getAllByTestId(testids.emergencyRight)).toHaveLength(3));
    await fireEvent.click(screen.getAllByTestId(testids.emergencyEnd)[0] as HTMLElement);
    await type(testids.reasonField, 'moved on');
    await fireEvent.click(submit());
    await gone();
    await waitFor(() => expect(screen.getAllByTestId(testids.emergencyRight)).toHaveLength(2));
  });
});
