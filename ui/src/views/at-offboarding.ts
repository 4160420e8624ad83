/** Where tests of offboarding go in the window. */
import { fireEvent, screen, within } from '@testing-library/svelte';
import { testids } from '../testids';
import { click } from './at-app';

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
