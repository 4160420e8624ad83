/** What tests of offboarding do in the window, and look at. */
import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import axe from 'axe-core';
import { expect } from 'vitest';
import { fakeHost, type FakeHost, type FakeOptions } from '../host/fake';
import { testids } from '../testids';
import App from './App.svelte';

export const calls = (host: FakeHost, command: string) => host.calls.filter((call) => call.command === command);
export const dialog = () => within(screen.getByTestId(testids.dialog));
export const submit = () => dialog().getByTestId(testids.submit) as HTMLButtonElement;
export const type = (testid: string, value: string) =>
  fireEvent.input(dialog().getByTestId(testid), { target: { value } });
export const gone = () => waitFor(() => expect(screen.queryByTestId(testids.dialog)).toBeNull());
export const click = async (testid: string) => fireEvent.click(await screen.findByTestId(testid));

export function open(options: FakeOptions = {}): FakeHost {
  const host = fakeHost(options);
  render(App, { host });
  return host;
}

export async function toPart(label: string): Promise<void> {
  await click(testids.navOffboarding);
  await fireEvent.click(within(await screen.findByTestId(testids.offboardingPart)).getByLabelText(label));
}

export async function toCase(name: RegExp): Promise<HTMLElement> {
  await click(testids.navOffboarding);
  const rows = await screen.findAllByTestId(testids.caseRow);
  await fireEvent.click(rows.find((row) => name.test(row.textContent)) as HTMLElement);
  return screen.findByTestId(testids.casePanel);
}

export async function audit() {
  const { violations } = await axe.run(document.body, {
    rules: { 'color-contrast': { enabled: false }, 'target-size': { enabled: false } },
  });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
}
