import type { PersonHit, SecretHit } from '../../host/lists';
import type { Command } from '../../keyboard/shortcuts';

export interface PaletteAction {
  command: Command;
  title: string;
  chord: string | null;
  matches: number[];
}

/** A hit, of whatever kind. */
export type PaletteLine =
  { type: 'secret'; hit: SecretHit } | { type: 'person'; hit: PersonHit } | { type: 'action'; action: PaletteAction };

/** What can be done from anywhere. */
export const deeds: readonly Omit<PaletteAction, 'matches'>[] = [
  { command: 'create', title: 'New secret', chord: 'Mod+N' },
  { command: 'importFile', title: 'Import a .env file', chord: 'Mod+I' },
  { command: 'goRequests', title: 'Go to requests', chord: 'Mod+2' },
  { command: 'goHistory', title: 'Go to my history', chord: 'Mod+3' },
  { command: 'goBin', title: 'Go to the bin', chord: 'Mod+4' },
  { command: 'askAccess', title: 'Ask for access', chord: null },
  { command: 'giveAccess', title: 'Give access', chord: 'Mod+G' },
  { command: 'emergency', title: 'Emergency access', chord: 'Mod+E' },
  { command: 'goAccess', title: 'Go to access', chord: 'Mod+5' },
  { command: 'goOrganization', title: 'Go to the organization', chord: 'Mod+6' },
  { command: 'goOffboarding', title: 'Go to offboarding', chord: 'Mod+8' },
  { command: 'offboard', title: 'Offboard somebody', chord: null },
  { command: 'lookUpLeak', title: 'Look up a leaked value', chord: null },
  { command: 'goNotices', title: 'Go to notices', chord: 'Mod+7' },
  { command: 'goSettings', title: 'Go to settings', chord: 'Mod+,' },
  { command: 'sync', title: 'Sync now', chord: 'F5' },
  { command: 'lock', title: 'Lock', chord: 'Mod+L' },
  { command: 'shortcuts', title: 'Keyboard shortcuts', chord: '?' },
];

/** Letters of the needle in order, each word start preferred; null when they are not all there. */
export function matchWords(needle: string, title: string): number[] | null {
  const wanted = [...needle.toLowerCase().replace(/\s+/g, '')];
  const letters = [...title.toLowerCase()];
  const at: number[] = [];
  let from = 0;
  for (const letter of wanted) {
    const start = letters.findIndex((one, i) => i >= from && one === letter && (i === from || letters[i - 1] === ' '));
    const found = start >= 0 ? start : letters.indexOf(letter, from);
    if (found < 0) return null;
    at.push(found);
    from = found + 1;
  }
  return at;
}

/** Commands that fit what was typed, the tightest match first. */
export function fitting(needle: string, commands: readonly Omit<PaletteAction, 'matches'>[]): PaletteAction[] {
  return commands
    .flatMap((action) => {
      const matches = matchWords(needle, action.title);
      return matches ? [{ ...action, matches }] : [];
    })
    .sort((a, b) => width(a.matches) - width(b.matches));
}

function width(matches: number[]): number {
  return (matches.at(-1) ?? 0) - (matches[0] ?? 0);
}

/** Whether the letters stand side by side: then it is most likely what was meant. */
export function isTight(matches: readonly number[]): boolean {
  return matches.length > 0 && width([...matches]) === matches.length - 1;
}

/** Groups whose best hit is tight come first; otherwise the order stays. */
export function inOrder<T>(groups: readonly { best: readonly number[] | undefined; lines: T[] }[]): T[] {
  const tight = groups.filter((group) => isTight(group.best ?? []));
  const loose = groups.filter((group) => !tight.includes(group));
  return [...tight, ...loose].flatMap((group) => group.lines);
}
