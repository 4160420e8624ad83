import { flushSync } from 'svelte';
import { afterEach, expect, it } from 'vitest';
import { Chooser } from './chooser.svelte';

let end = () => {};
afterEach(() => end());

/** A chooser among people, whose list somebody else fills. */
function choosing(...names: string[]) {
  let lines = $state.raw(names);
  let pending = $state(false);
  const taken: string[] = [];
  let chooser!: Chooser<string>;
  end = $effect.root(() => {
    chooser = new Chooser(
      () => lines,
      (line, event) => taken.push(event.ctrlKey ? `${line}, copied` : line),
      () => pending,
    );
  });
  flushSync();
  const key = (name: string, held: KeyboardEventInit = {}) => {
    const event = new KeyboardEvent('keydown', { key: name, cancelable: true, ...held });
    chooser.onkeydown(event);
    flushSync();
    return event.defaultPrevented;
  };
  return {
    chooser,
    taken,
    key,
    point: (x: number, index: number) => chooser.point(new MouseEvent('mousemove', { screenX: x, screenY: 40 }), index),
    look: () => {
      chooser.restart();
      pending = true;
      flushSync();
    },
    find: (...found: string[]) => {
      lines = found;
      pending = false;
      flushSync();
    },
  };
}

it('goes round by arrows and takes the line that it is at', () => {
  const { chooser, key, taken } = choosing('Aoife', 'Kwame', 'Mara');
  key('ArrowUp');
  expect(chooser.at).toBe(2);
  key('ArrowDown');
  key('ArrowDown');
  expect(key('Enter')).toBe(true);
  expect(taken).toEqual(['Kwame']);
  expect(key('a'), 'letters are the field’s').toBe(false);
});

it('never takes a line that was found for other letters', () => {
  const { key, taken, look, find } = choosing('Aoife', 'Kwame');
  look();
  expect(key('Enter', { ctrlKey: true }), 'a form is not sent meanwhile').toBe(true);
  expect(taken).toEqual([]);
  find('Salma', 'Samir');
  expect(taken).toEqual(['Salma, copied']);
  find('Ines');
  expect(taken, 'once').toEqual(['Salma, copied']);
});

it.each([
  ['another letter', (one: ReturnType<typeof choosing>) => one.look()],
  ['an arrow', (one: ReturnType<typeof choosing>) => one.key('ArrowDown')],
])('forgets the Enter that waits at %s', (_, change) => {
  const one = choosing('Aoife', 'Kwame');
  one.look();
  one.key('Enter');
  change(one);
  one.find('Salma', 'Samir');
  expect(one.taken).toEqual([]);
});

it('takes nothing where nothing was found, and leaves the key to the form', () => {
  const { key, taken, look, find } = choosing();
  expect(key('Enter')).toBe(false);
  look();
  key('Enter');
  find();
  expect(taken).toEqual([]);
});

it('stays within what is found', () => {
  const { chooser, key, taken, look, find } = choosing('Aoife', 'Kwame', 'Mara');
  look();
  key('ArrowUp');
  find('Salma');
  expect(chooser.at).toBe(0);
  key('Enter');
  expect(taken).toEqual(['Salma']);
});

it('does not choose what comes to lie under a resting pointer', () => {
  const { chooser, key, point } = choosing('Aoife', 'Kwame', 'Mara');
  point(300, 2);
  point(300, 1);
  expect(chooser.at).toBe(0);
  point(301, 1);
  expect(chooser.at).toBe(1);
  key('ArrowDown');
  point(301, 0);
  expect(chooser.at, 'scrolled under it').toBe(2);
});

it('leaves the keys to whoever is composing a letter', () => {
  const { chooser, key } = choosing('Aoife', 'Kwame');
  key('ArrowDown', { isComposing: true });
  expect(chooser.at).toBe(0);
});
