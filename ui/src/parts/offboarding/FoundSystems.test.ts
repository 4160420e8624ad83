import { fireEvent, render, screen } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import type { FoundAccount, FoundTeams } from '../../host/offboarding';
import { testids } from '../../testids';
import { audit } from '../../testing/audit';
import AccountPlaces from './AccountPlaces.svelte';
import FoundSystems from './FoundSystems.svelte';

const account = (teams: FoundTeams | null, more: Partial<FoundAccount> = {}): FoundAccount => ({
  name: 'jonas-k',
  places: ['Member'],
  teams,
  ambiguous: false,
  ...more,
});

function shown(one: FoundAccount): string {
  render(FoundSystems, { found: [{ system: 'github', kind: 'github', accounts: [one], said: null }] });
  return screen.getByTestId(testids.foundAccount).textContent.replace(/\s+/g, ' ').trim();
}

describe('accounts that were found', () => {
  it.each<[string, FoundTeams | null, string]>([
    ['none', { type: 'told', named: [], more: 0 }, 'jonas-k Member in no team'],
    ['one', { type: 'told', named: ['core'], more: 0 }, 'jonas-k Member in the team core'],
    [
      'several',
      { type: 'told', named: ['core', 'ops', 'web'], more: 0 },
      'jonas-k Member in the teams core, ops and web',
    ],
    [
      'some without a name',
      { type: 'told', named: ['core'], more: 1_200 },
      'jonas-k Member in the teams core and 1,200 more',
    ],
    ['where there can be none', null, 'jonas-k Member'],
  ])('name their teams: %s', (_, teams, words) => {
    expect(shown(account(teams))).toBe(words);
  });

  it('say that teams were not told, beside the account that was', () => {
    const words = shown(account({ type: 'untold', said: 'It did not answer in time' }, { ambiguous: true }));
    expect(words).toMatch(
      /^jonas-k Member teams not known It did not answer in time\. Whoever leaves .* all the same\./,
    );
    expect(words).toMatch(/several people’s/);
  });

  it('name many teams when they are asked for, and no more than were told', async () => {
    const named = Array.from({ length: 100 }, (_, nth) => `team-${nth}`);
    shown(account({ type: 'told', named, more: 50 }));
    const summary = screen.getByText('in 150 teams');
    const details = summary.closest('details') as HTMLDetailsElement;
    expect(details.open).toBe(false);
    await fireEvent.click(summary);
    expect(details.open).toBe(true);
    expect(details.textContent).toMatch(/team-0, team-1,.* team-99 and 50 more$/);
    await audit('region');
  });
});

describe('the places of an account that a case takes away', () => {
  const teams = (all: number) => ['Member', ...Array.from({ length: all }, (_, nth) => `Team t${nth}`)];

  it('are few, and named', () => {
    const { container } = render(AccountPlaces, { places: teams(2) });
    expect(container.textContent.trim()).toBe('Member, Team t0 and Team t1');
    expect(container.querySelector('details')).toBeNull();
  });

  it('are many, and named when they are asked for', async () => {
    const { container } = render(AccountPlaces, { places: teams(100) });
    const details = container.querySelector('details') as HTMLDetailsElement;
    await fireEvent.click(screen.getByText('Member, and 100 more places'));
    expect(details.open).toBe(true);
    expect(details.textContent).toMatch(/Member, Team t0, .* and Team t99\s*$/);
  });
});
