import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { fakeHost, type FakeHost } from '../host/fake';
import { testids } from '../testids';
import App from './App.svelte';
import { audit, calls, dialog, gone } from './at-app';

const done = () => screen.getAllByTestId(testids.firstStep).map((step) => step.dataset['done'] === 'true');

async function open(change: (host: FakeHost) => void = () => undefined): Promise<FakeHost> {
  const host = fakeHost({ scene: 'founding' });
  change(host);
  render(App, { host });
  await screen.findByTestId(testids.firstSteps);
  return host;
}

/** Makes the place that the open dialog is about. */
async function make(name: string) {
  await fireEvent.input(dialog().getByTestId(testids.placeName), { target: { value: name } });
  await fireEvent.click(dialog().getByTestId(testids.submit));
  await gone();
}

describe('the first steps', () => {
  it('are for whoever may begin, and for nobody else', async () => {
    await open();
    expect(screen.getByTestId(testids.emptyVault).textContent).not.toContain('Team leads give roles');
    await audit();
    cleanup();
    render(App, { host: fakeHost({ scene: 'empty' }) });
    expect((await screen.findByTestId(testids.emptyVault)).textContent).toContain('Team leads give roles');
    expect(screen.queryByTestId(testids.firstSteps)).toBeNull();
    cleanup();
    render(App, { host: fakeHost() });
    await screen.findByTestId(testids.secretTitle);
    expect(screen.queryByTestId(testids.firstSteps)).toBeNull();
  });

  it('open the dialogs that there are, and tick what is done', async () => {
    const host = await open();
    await waitFor(() => expect(done()).toEqual([false, false, false, false]));
    const project = await screen.findByTestId(testids.firstPlace);
    expect(project.textContent).toContain('New project');
    project.focus();
    await fireEvent.click(project);
    await make('payments');
    await waitFor(() => expect(screen.getByTestId(testids.firstPlace).textContent).toContain('New environment'));
    expect(done()[0], 'a project alone holds no secrets').toBe(false);
    await fireEvent.click(screen.getByTestId(testids.firstPlace));
    await make('production');
    await waitFor(() => expect(done()).toEqual([true, false, false, false]));
    expect(screen.queryByTestId(testids.firstPlace)).toBeNull();
    await fireEvent.click(await screen.findByTestId(testids.firstTeam));
    await screen.findByTestId(testids.dialog);
    await fireEvent.keyDown(document.activeElement ?? document.body, { key: 'Escape' });
    await gone();
    await fireEvent.click(screen.getByTestId(testids.firstGrant));
    await waitFor(() => expect(calls(host, 'giveChoices').at(-1)?.args[2]).toBe('grant.assign'));
    await fireEvent.keyDown(document.activeElement ?? document.body, { key: 'Escape' });
    await gone();
    await fireEvent.click(screen.getByTestId(testids.firstEditor));
    await waitFor(() => expect(calls(host, 'giveChoices').at(-1)?.args[2]).toBe('secret.create'));
  });

  it('learn what others did as soon as they did it', async () => {
    let somebody = false;
    const host = await open((fake) => {
      const [people, matrix] = [fake.people, fake.accessMatrix];
      fake.people = async () => {
        const view = await people();
        const person = { id: 'joost', name: 'Joost', initials: 'J', email: null, team: null };
        const listed = { principal: { person, kind: 'person' as const, active: true }, teams: [], members: 0 };
        return somebody ? { ...view, principals: [listed] } : view;
      };
      fake.accessMatrix = async (place, after, places) => {
        const view = await matrix(place, after, places);
        const owner = { id: 'role-owner', name: 'Owner' };
        return { ...view, roles: somebody ? [owner, { id: 'role-Lead', name: 'Lead' }] : [owner] };
      };
    });
    await waitFor(() => expect(calls(host, 'accessMatrix').length).toBeGreaterThan(0));
    expect(done()).toEqual([false, false, false, false]);
    somebody = true;
    host.emit('changed', { areas: ['places'], secrets: [] });
    await waitFor(() => expect(done()).toEqual([false, true, true, false]));
    await audit();
  });
});
