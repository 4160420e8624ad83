/** Every shortcut of the app, as the overlay shows it and as the page obeys it. */

export type Command =
  | 'find'
  | 'lock'
  | 'goVault'
  | 'goRequests'
  | 'goHistory'
  | 'goBin'
  | 'goAccess'
  | 'goOrganization'
  | 'goOffboarding'
  | 'offboard'
  | 'lookUpLeak'
  | 'goNotices'
  | 'giveAccess'
  | 'askAccess'
  | 'emergency'
  | 'goSettings'
  | 'create'
  | 'importFile'
  | 'sync'
  | 'places'
  | 'shortcuts'
  | 'up'
  | 'down'
  | 'pageUp'
  | 'pageDown'
  | 'first'
  | 'last'
  | 'copy'
  | 'reveal'
  | 'edit'
  | 'newVersion'
  | 'rotation'
  | 'favourite'
  | 'delete'
  | 'hide';

/**
 * `everywhere`: also while typing. `page`: not while typing and not behind a dialog. `secret`: as `page`, in the vault,
 * and never instead of a control that has the focus.
 */
export type Reach = 'everywhere' | 'page' | 'secret';

export interface Shortcut {
  command: Command;
  title: string;
  group: string;
  reach: Reach;
  /** `Mod` is Ctrl, on a Mac the command key. */
  keys: readonly string[];
}

const everywhere = 'Everywhere';
const list = 'In the list';
const secret = 'With the selected secret';

export const shortcuts: readonly Shortcut[] = [
  { command: 'find', title: 'Find anything', group: everywhere, reach: 'everywhere', keys: ['Mod+K'] },
  { command: 'find', title: 'Find anything', group: everywhere, reach: 'page', keys: ['/'] },
  { command: 'create', title: 'New secret', group: everywhere, reach: 'everywhere', keys: ['Mod+N'] },
  { command: 'importFile', title: 'Import a .env file', group: everywhere, reach: 'everywhere', keys: ['Mod+I'] },
  { command: 'lock', title: 'Lock', group: everywhere, reach: 'everywhere', keys: ['Mod+L'] },
  { command: 'goVault', title: 'Vault', group: everywhere, reach: 'everywhere', keys: ['Mod+1'] },
  { command: 'goRequests', title: 'Requests', group: everywhere, reach: 'everywhere', keys: ['Mod+2'] },
  { command: 'goHistory', title: 'My history', group: everywhere, reach: 'everywhere', keys: ['Mod+3'] },
  { command: 'goBin', title: 'Bin', group: everywhere, reach: 'everywhere', keys: ['Mod+4'] },
  { command: 'goAccess', title: 'Access', group: everywhere, reach: 'everywhere', keys: ['Mod+5'] },
  { command: 'goOrganization', title: 'Organization', group: everywhere, reach: 'everywhere', keys: ['Mod+6'] },
  { command: 'goNotices', title: 'Notices', group: everywhere, reach: 'everywhere', keys: ['Mod+7'] },
  { command: 'goOffboarding', title: 'Offboarding', group: everywhere, reach: 'everywhere', keys: ['Mod+8'] },
  { command: 'giveAccess', title: 'Give access', group: everywhere, reach: 'everywhere', keys: ['Mod+G'] },
  { command: 'emergency', title: 'Emergency access', group: everywhere, reach: 'everywhere', keys: ['Mod+E'] },
  { command: 'goSettings', title: 'Settings', group: everywhere, reach: 'everywhere', keys: ['Mod+,'] },
  {
    command: 'places',
    title: 'Show the places in a narrow window',
    group: everywhere,
    reach: 'everywhere',
    keys: ['Mod+B'],
  },
  { command: 'sync', title: 'Sync now', group: everywhere, reach: 'everywhere', keys: ['F5'] },
  { command: 'shortcuts', title: 'These shortcuts', group: everywhere, reach: 'page', keys: ['?'] },
  { command: 'down', title: 'Next', group: list, reach: 'secret', keys: ['ArrowDown', 'j'] },
  { command: 'up', title: 'Previous', group: list, reach: 'secret', keys: ['ArrowUp', 'k'] },
  { command: 'pageDown', title: 'A page down', group: list, reach: 'secret', keys: ['PageDown'] },
  { command: 'pageUp', title: 'A page up', group: list, reach: 'secret', keys: ['PageUp'] },
  { command: 'first', title: 'First', group: list, reach: 'secret', keys: ['Home'] },
  { command: 'last', title: 'Last', group: list, reach: 'secret', keys: ['End'] },
  { command: 'copy', title: 'Copy without showing', group: secret, reach: 'secret', keys: ['Enter'] },
  { command: 'reveal', title: 'Reveal or hide', group: secret, reach: 'everywhere', keys: ['Mod+R'] },
  { command: 'newVersion', title: 'New version', group: secret, reach: 'secret', keys: ['v'] },
  { command: 'edit', title: 'Edit details', group: secret, reach: 'secret', keys: ['e'] },
  { command: 'rotation', title: 'Request rotation', group: secret, reach: 'secret', keys: ['r'] },
  { command: 'favourite', title: 'Favourite', group: secret, reach: 'secret', keys: ['f'] },
  { command: 'delete', title: 'Move to the bin', group: secret, reach: 'secret', keys: ['Delete'] },
  { command: 'hide', title: 'Hide the value', group: secret, reach: 'page', keys: ['Escape'] },
];

export interface Keys {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  isComposing: boolean;
}

/** Where the focus is, as far as shortcuts care. */
export interface Focus {
  typing: boolean;
  /** A button, link, tab or menu has the focus and answers Enter and arrows itself. */
  control: boolean;
  dialog: boolean;
  vault: boolean;
}

/** "Mod+K" for an event; null while text is being composed. */
export function chordOf(keys: Keys, mac: boolean): string | null {
  if (keys.isComposing || keys.key === 'Process' || keys.key === 'Dead') return null;
  const mod = mac ? keys.metaKey : keys.ctrlKey;
  if (keys.altKey || (mac ? keys.ctrlKey : keys.metaKey)) return null;
  if (mod) return keys.shiftKey ? null : `Mod+${keys.key.length === 1 ? keys.key.toUpperCase() : keys.key}`;
  return keys.shiftKey && keys.key.length > 1 ? null : keys.key;
}

/** The command a key press means here, if any. */
export function commandFor(keys: Keys, focus: Focus, mac: boolean): Command | null {
  const chord = chordOf(keys, mac);
  if (chord === null) return null;
  const found = shortcuts.find((shortcut) => shortcut.keys.includes(chord) && reaches(shortcut.reach, focus, chord));
  return found?.command ?? null;
}

function reaches(reach: Reach, focus: Focus, chord: string): boolean {
  if (reach === 'everywhere') return !focus.dialog || chord === 'Mod+L';
  if (focus.typing || focus.dialog) return false;
  if (reach === 'page') return true;
  return focus.vault && !(focus.control && answersItself(chord));
}

/** Keys that a focused control needs for itself. */
function answersItself(chord: string): boolean {
  return chord.length > 1 && chord !== 'Delete';
}

/** What a key cap says. */
export function capsOf(chord: string, mac: boolean): string[] {
  const names: Record<string, string> = {
    Mod: mac ? '⌘' : 'Ctrl',
    ArrowUp: '↑',
    ArrowDown: '↓',
    PageUp: 'Page up',
    PageDown: 'Page down',
    Escape: 'Esc',
  };
  return chord.split('+').map((part) => names[part] ?? (part.length === 1 ? part.toUpperCase() : part));
}
