import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { fakeHost, type FakeHost } from '../host/fake';
import { testids } from '../testids';
import App from './App.svelte';
import { audit, dialog, submit } from './at-app';

async function open(): Promise<FakeHost> {
  const host = fakeHost();
  render(App, { host });
  await fireEvent.click(await screen.findByTestId(testids.navOrganization));
  await screen.findAllByTestId(testids.placeRow);
  await fireEvent.click(within(screen.getByTestId(testids.organizationPart)).getByLabelText('Files'));
  await screen.findByTestId(testids.delegationRow);
  return host;
}

describe('policies as files', () => {
  it('are written to a folder, and who applies them is shown', async () => {
    await open();
    expect(screen.getByTestId(testids.delegationRow).textContent).toContain('Gives and takes Reader, Editor; makes');
    await fireEvent.click(screen.getByTestId(testids.filesWrite));
    expect((await screen.findByTestId(testids.toast)).textContent).toContain('4 files written to /home/samir/policy');
    await audit();
  });

  it('are compared: drift, what applying would do, what stays, and what cannot be read', async () => {
    await open();
    await fireEvent.click(screen.getByTestId(testids.filesCompare));
    const box = within(await screen.findByTestId(testids.filesCompared));
    const lines = box.getAllByTestId(testids.filesChange).map((line) => line.textContent.replaceAll(/\s+/gu, ' '));
    expect(lines[0]).toMatch(/Role Deployer would be changed drift: changed outside of the files/);
    expect(lines[0]).toContain('secret.use, secret.view → secret.use');
    expect(lines[1]).toContain('would be given');
    expect(lines[2]).toContain('stays: no file ever had it');
    expect(box.getByText(/line 3: this is no id/)).toBeTruthy();
    await audit();
  });

  it('say why a folder cannot be compared', async () => {
    const host = await open();
    host.refuse('comparePolicyFiles', 'noPolicyFiles');
    await fireEvent.click(screen.getByTestId(testids.filesCompare));
    expect((await screen.findByTestId(testids.toast)).textContent).toContain('no policy files');
    expect(screen.queryByTestId(testids.filesCompared)).toBeNull();
  });

  it('are delegated by a proposal to another owner', async () => {
    const host = await open();
    const page = host.services;
    host.services = async (after) => {
      const { services } = await page(null);
      const later = services.map((one) => ({ ...one, id: `later-${one.id}`, name: `later-${one.name}` }));
      return after === null ? { services, next: 'more' } : { services: later, next: null };
    };
    await fireEvent.click(screen.getByTestId(testids.filesDelegate));
    const which = (await dialog().findByTestId(testids.delegateService)) as HTMLSelectElement;
    await waitFor(() => expect([...which.options].map((one) => one.text)).toContain('later-payments-ci'));
    const [first] = await dialog().findAllByTestId(testids.delegateRole);
    await audit();
    expect(submit().disabled).toBe(true);
    await fireEvent.click(first as HTMLElement);
    await fireEvent.input(dialog().getByTestId(testids.reasonField), { target: { value: 'reviewed there' } });
    await waitFor(() => expect(submit().disabled).toBe(false));
    await fireEvent.click(submit());
    await waitFor(() => expect(screen.queryByTestId(testids.dialog)).toBeNull());
    const [call] = host.calls.filter(({ command }) => command === 'delegatePolicyFiles');
    expect(call?.args[1]).toBe('reviewed there');
    expect((call?.args[0] as { mayGrant: string[] }).mayGrant).toHaveLength(1);
  });
});
