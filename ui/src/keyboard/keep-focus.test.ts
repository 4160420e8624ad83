import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { keepFocus } from './keep-focus';

let stop: () => void;
beforeEach(() => {
  vi.useFakeTimers();
  stop = keepFocus(document);
});
afterEach(() => {
  stop();
  vi.useRealTimers();
  document.body.innerHTML = '';
});

function draw(html: string): void {
  document.body.innerHTML = html;
}

function get(selector: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(selector);
  if (!found) throw new Error(selector);
  return found;
}

/** What has the focus once everything that places it had the time to. */
async function focused(): Promise<Element | null> {
  await vi.advanceTimersByTimeAsync(80);
  return document.activeElement;
}

it('goes to the heading of what held a row that is gone', async () => {
  draw('<main><h1>Cases</h1><section><h3>Systems</h3><ul><li><button>Accept</button></li></ul></section></main>');
  get('button').focus();
  get('ul').remove();
  expect(await focused()).toBe(get('h3'));
});

it('goes to the list itself where that has no heading', async () => {
  draw('<main><h1>Bin</h1><ul><li><button>Restore</button></li><li><button>Other</button></li></ul></main>');
  get('button').focus();
  get('li').remove();
  expect(await focused()).toBe(get('ul'));
});

it('goes to the head of the view that came instead, not to one of the sidebar', async () => {
  draw('<div><nav><h2>Places</h2></nav><div id="content"><main><button>Unlock</button></main></div></div>');
  get('button').focus();
  get('#content').innerHTML = '<main><h1>Offboarding</h1></main>';
  expect(await focused()).toBe(get('h1'));
});

it('comes back from a dialog to what is there then', async () => {
  draw('<main><h1>Cases</h1><div id="body"><button>Somebody leaves</button></div></main>');
  get('main button').focus();
  document.body.insertAdjacentHTML('beforeend', '<div role="dialog"><button>Look</button></div>');
  get('[role=dialog] button').focus();
  get('#body').innerHTML = '<h2>Ada</h2>';
  expect(await focused()).toBe(get('[role=dialog] button'));
  get('[role=dialog]').remove();
  expect(await focused()).toBe(get('h2'));
});

it('goes to what the view that came says it begins with', async () => {
  draw('<main><h1>Sign in</h1><button>Another server</button></main>');
  get('button').focus();
  get('main').innerHTML = '<h1>Where is your vault?</h1><input autofocus>';
  expect(await focused()).toBe(get('input'));
});

it('comes back to what opened a menu whose item opened a dialog', async () => {
  draw('<main><button>Change</button></main><div role="menu"><button>Move</button></div>');
  get('main button').focus();
  get('[role=menu] button').focus();
  get('[role=menu]').remove();
  expect(await focused()).toBe(get('main button'));
});

it('leaves alone who places the focus, and who clicked beside everything', async () => {
  draw('<main><h1>Vault</h1><button>One</button><input></main>');
  get('button').focus();
  get('button').remove();
  get('input').focus();
  expect(await focused()).toBe(get('input'));
  get('input').blur();
  get('h1').textContent = 'Vault, drawn anew';
  expect(await focused()).toBe(document.body);
});
