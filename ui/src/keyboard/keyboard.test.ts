import { describe, expect, it } from 'vitest';
import { moved, movedRound } from './list';
import { capsOf, chordOf, commandFor, shortcuts, type Focus, type Keys } from './shortcuts';

const press = (key: string, held: Partial<Keys> = {}): Keys => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  isComposing: false,
  ...held,
});
const at = (place: Partial<Focus> = {}): Focus => ({
  typing: false,
  control: false,
  dialog: false,
  vault: true,
  ...place,
});

describe('chordOf', () => {
  it('reads Ctrl, and the command key on a Mac', () => {
    expect(chordOf(press('k', { ctrlKey: true }), false)).toBe('Mod+K');
    expect(chordOf(press('k', { metaKey: true }), true)).toBe('Mod+K');
    expect(chordOf(press('k', { metaKey: true }), false)).toBeNull();
  });

  it('stays silent while text is being composed', () => {
    expect(chordOf(press('Enter', { isComposing: true }), false)).toBeNull();
    expect(chordOf(press('Dead'), false)).toBeNull();
  });
});

describe('commandFor', () => {
  it('copies with Enter from the list, but leaves Enter to a focused button', () => {
    expect(commandFor(press('Enter'), at(), false)).toBe('copy');
    expect(commandFor(press('Enter'), at({ control: true }), false)).toBeNull();
    expect(commandFor(press('j'), at({ control: true }), false)).toBe('down');
  });

  it('never takes letters from somebody who types', () => {
    expect(commandFor(press('r'), at({ typing: true }), false)).toBeNull();
    expect(commandFor(press('?', { shiftKey: true }), at({ typing: true }), false)).toBeNull();
    expect(commandFor(press('k', { ctrlKey: true }), at({ typing: true }), false)).toBe('find');
  });

  it('does nothing behind a dialog except locking', () => {
    expect(commandFor(press('Enter'), at({ dialog: true }), false)).toBeNull();
    expect(commandFor(press('n', { ctrlKey: true }), at({ dialog: true }), false)).toBeNull();
    expect(commandFor(press('l', { ctrlKey: true }), at({ dialog: true }), false)).toBe('lock');
  });

  it('acts on a secret only in the vault', () => {
    expect(commandFor(press('v'), at({ vault: false }), false)).toBeNull();
    expect(commandFor(press('?', { shiftKey: true }), at({ vault: false }), false)).toBe('shortcuts');
  });
});

it('has no chord that means two things in the same reach', () => {
  const seen = shortcuts.flatMap(({ reach, keys }) => keys.map((key) => `${reach} ${key}`));
  expect(new Set(seen).size).toBe(seen.length);
});

it('names key caps', () => {
  expect(capsOf('Mod+K', false)).toEqual(['Ctrl', 'K']);
  expect(capsOf('Mod+,', true)).toEqual(['⌘', ',']);
  expect(capsOf('ArrowDown', false)).toEqual(['↓']);
});

it('moves within a list and stops at its ends', () => {
  expect(moved('down', -1, 5, 3)).toBe(0);
  expect(moved('up', 0, 5, 3)).toBe(0);
  expect(moved('pageDown', 3, 5, 3)).toBe(4);
  expect(moved('last', 0, 5, 3)).toBe(4);
  expect(moved('down', 0, 0, 3)).toBeNull();
  expect(moved('copy', 0, 5, 3)).toBeNull();
  expect(movedRound(-1, 0, 4)).toBe(3);
  expect(movedRound(1, 3, 4)).toBe(0);
});
