/** What tests of the whole window do in it, and look at. */
import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { expect } from 'vitest';
import { fakeHost, type FakeHost, type FakeOptions } from '../host/fake';
import { testids } from '../testids';
import App from './App.svelte';

export { audit } from '../testing/audit';

export const calls = (host: FakeHost, command: string) => host.calls.filter((call) => call.command === command);
export const dialog = () => within(screen.getByTestId(testids.dialog));
export const submit = () => dialog().getByTestId(testids.submit) as HTMLButtonElement;
export const type = (testid: string, value: string) =>
  fireEvent.input(dialog().getByTestId(testid), { target: { value } });
export const gone = () => waitFor(() => expect(screen.queryByTestId(testids.dialog)).toBeNull());
export const click = async (testid: string) => fireEvent.click(await screen.findByTestId(testid));
/** A key where the focus is. */
export const key = (name: string, held = {}) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key: name, ...held });

export function open(options: FakeOptions = {}): FakeHost {
  const host = fakeHost(options);
  render(App, { host });
  return host;
}

/** What is asked of the host from now on is answered once it is let go. */
export function hold(host: FakeHost, question: 'search' | 'accessPeople' | 'giveReceivers'): () => void {
  let go = () => {};
  const gone = new Promise<void>((resolve) => (go = resolve));
  const answer: (...given: never[]) => Promise<unknown> = host[question].bind(host);
  Object.assign(host, { [question]: (...given: never[]) => gone.then(() => answer(...given)) });
  return go;
}
