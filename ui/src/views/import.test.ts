import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { fakeHost, type FakeHost } from '../host/fake';
import { testids } from '../testids';
import App from './App.svelte';
import { audit, calls, dialog, submit } from './at-app';

const rowOf = (name: string) => {
  const found = dialog()
    .getAllByTestId(testids.importRow)
    .find((row) => row.querySelector('.name')?.textContent === name);
  if (!found) throw new Error(`no row ${name}`);
  return within(found);
};

/** Opens the dialog by its key and chooses the file. */
async function open(): Promise<FakeHost> {
  const host = fakeHost();
  render(App, { host });
  await screen.findByTestId(testids.importFile);
  await fireEvent.keyDown(document.body, { key: 'i', ctrlKey: true });
  await screen.findByTestId(testids.dialog);
  await audit();
  await fireEvent.click(submit());
  await dialog().findAllByTestId(testids.importRow);
  return host;
}

describe('importing a file', () => {
  it('shows names and what is odd, and takes in what is chosen', async () => {
    const host = await open();
    await audit();
    expect(dialog().getByTestId(testids.importProblems).textContent).toMatch(/line 4: no “=” in it.*line 12: a quote/);
    expect(dialog().getByText(/refuses it/)).toBeTruthy();
    expect((rowOf('LD_PRELOAD').getByTestId(testids.importInto) as HTMLSelectElement).value).toBe('leave');
    expect((rowOf('SMTP_PASSWORD').getByTestId(testids.importInto) as HTMLSelectElement).value).toBe('new');
    expect(submit().textContent).toContain('Import 4 secrets and 1 new version');
    await fireEvent.change(rowOf('DATABASE_URL').getByTestId(testids.importInto), { target: { value: 'leave' } });
    await fireEvent.click(submit());
    expect((await dialog().findByTestId(testids.importDone)).textContent).toMatch(
      /3 secrets and 1 new version.*delete payments\.env/s,
    );
    await audit();
    const sent = calls(host, 'importEnvFile').flatMap(({ args }) => args[1] as { line: number }[]);
    expect(sent.map(({ line }) => line)).toEqual([2, 3, 8, 11]);
    expect(sent[1]).toMatchObject({ into: { type: 'version' } });
    await fireEvent.click(submit());
    await waitFor(() => expect(screen.queryByTestId(testids.dialog)).toBeNull());
    expect(calls(host, 'forgetEnvFile')).toHaveLength(1);
  });

  it('stops when the connection breaks, and goes on with what is left', async () => {
    const host = await open();
    host.setState({ connection: { type: 'offline', since: 0, lastSync: 0, reason: 'network' } as never });
    await fireEvent.click(submit());
    await waitFor(() => expect(dialog().getByTestId(testids.importProgress).textContent).toContain('0 of 5 are in'));
    await audit();
    host.setState({ connection: { type: 'online', lastSync: 0 } as never });
    await fireEvent.click(submit());
    await dialog().findByTestId(testids.importDone);
  });

  it('says when the file has to be read again, and erases it with the dialog', async () => {
    const host = await open();
    host.refuse('importEnvFile', 'importGone');
    await fireEvent.click(submit());
    await dialog().findByTestId(testids.dialogProblem);
    await fireEvent.click(dialog().getByText('Leave the rest'));
    await waitFor(() => expect(calls(host, 'forgetEnvFile')).toHaveLength(1));
  });
});
