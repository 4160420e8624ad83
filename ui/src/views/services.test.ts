import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { fakeHost, type FakeHost } from '../host/fake';
import { testids } from '../testids';
import App from './App.svelte';
import { audit, calls, dialog, gone, submit, type } from './at-app';

async function open(service?: number): Promise<FakeHost> {
  const host = fakeHost();
  render(App, { host });
  await fireEvent.click(await screen.findByTestId(testids.navOrganization));
  await fireEvent.click(within(await screen.findByTestId(testids.organizationPart)).getByLabelText('Services'));
  const rows = await screen.findAllByTestId(testids.serviceRow);
  if (service !== undefined) {
    await fireEvent.click(rows[service] as HTMLElement);
    await screen.findByTestId(testids.servicePanel);
  }
  return host;
}

describe('services', () => {
  it('say how old their keys are, when they were used, and who answers for them', async () => {
    await open();
    const [first, second] = screen.getAllByTestId(testids.serviceRow);
    expect(first?.textContent).toMatch(/2 keys, the oldest .* old, used 2 hours ago/);
    expect(first?.textContent).toContain('old key');
    expect(second?.textContent).toMatch(/no live key.*nobody answers.*disabled/);
    await audit();
  });

  it('are made for one class, without access and without a key', async () => {
    const host = await open();
    await fireEvent.click(screen.getByTestId(testids.newService));
    await waitFor(() => expect((dialog().getByTestId(testids.serviceOwner) as HTMLSelectElement).value).not.toBe(''));
    await type(testids.serviceName, 'search-indexer');
    await fireEvent.change(dialog().getByTestId(testids.serviceKind), { target: { value: 'application' } });
    await audit();
    await fireEvent.click(submit());
    await gone();
    expect(calls(host, 'createService')[0]?.args[0]).toMatchObject({
      name: 'search-indexer',
      kind: 'application',
      class: 'test',
    });
    expect((await screen.findByTestId(testids.servicePanel)).textContent).toContain('It has no key');
    await audit();
  });

  it('get keys whose private half goes to a file, or whose public half was made elsewhere', async () => {
    const host = await open(0);
    await audit();
    await fireEvent.click(screen.getByTestId(testids.makeKey));
    await type(testids.keyName, 'runner d');
    await type(testids.keyNetworks, '10.0.0.0/8\n\n');
    await audit();
    await fireEvent.click(submit());
    await gone();
    expect(calls(host, 'makeServiceKey')[0]?.args[1]).toMatchObject({ name: 'runner d', networks: ['10.0.0.0/8'] });
    await screen.findByText(/private half is in/);
    await fireEvent.click(screen.getByTestId(testids.makeKey));
    await fireEvent.click(within(dialog().getByTestId(testids.keyWay)).getByLabelText('Made elsewhere'));
    await type(testids.keyName, 'runner e');
    expect(submit().disabled).toBe(true);
    await type(testids.keyPublic, 'not a key');
    await fireEvent.click(submit());
    await dialog().findByTestId(testids.dialogProblem);
    await type(testids.keyPublic, '{"kty":"EC"}');
    await fireEvent.click(submit());
    await gone();
  });

  it('lose a key at once, with a reason', async () => {
    const host = await open(0);
    await fireEvent.click(screen.getAllByTestId(testids.endKey)[0] as HTMLElement);
    expect(submit().disabled).toBe(true);
    await type(testids.reasonField, 'the runner is gone');
    await fireEvent.click(submit());
    await gone();
    expect(calls(host, 'endServiceKey')[0]?.args).toEqual(['a', 'the runner is gone']);
    await waitFor(() => expect(screen.getAllByTestId(testids.endKey)).toHaveLength(1));
  });

  it('are renamed, and given to another team with the keys that end then', async () => {
    const host = await open(0);
    await fireEvent.click(screen.getByTestId(testids.editService));
    expect(submit().disabled).toBe(true);
    await type(testids.serviceName, 'payments-tests');
    await fireEvent.click(submit());
    await gone();
    expect(calls(host, 'editService')[0]?.args).toEqual([
      'service-1',
      { name: 'payments-tests', owner: null, ends: [] },
    ]);
    await fireEvent.click(screen.getByTestId(testids.editService));
    const owner = dialog().getByTestId(testids.serviceOwner) as HTMLSelectElement;
    await waitFor(() => expect([...owner.options].map((option) => option.label)).toContain('Backend'));
    await fireEvent.change(owner, { target: { value: 'team-backend' } });
    expect(dialog().getByTestId(testids.serviceEnds).textContent).toMatch(/runner a.*runner b/s);
    await audit();
    host.refuse('editService', 'planStale');
    await fireEvent.click(submit());
    await dialog().findByTestId(testids.dialogProblem);
    await fireEvent.click(submit());
    await gone();
    expect(calls(host, 'editService').at(-1)?.args[1]).toEqual({ name: null, owner: 'team-backend', ends: ['a', 'b'] });
    await waitFor(() =>
      expect(screen.getByTestId(testids.servicePanel).textContent).toContain('Backend answers for it'),
    );
  });

  it('are disabled and enabled again', async () => {
    const host = await open(0);
    await fireEvent.click(screen.getByTestId(testids.serviceState));
    await type(testids.reasonField, 'not needed');
    await fireEvent.click(submit());
    await gone();
    expect(calls(host, 'setServiceActive')[0]?.args).toEqual(['service-1', false, 'not needed']);
    await waitFor(() => expect(screen.getByTestId(testids.serviceState).textContent).toContain('Enable'));
  });
});
