import { afterEach, expect, it } from 'vitest';
import { focusOf } from './focus';

afterEach(() => {
  document.body.innerHTML = '';
});

function focused(html: string, selector: string) {
  document.body.innerHTML = html;
  document.querySelector<HTMLElement>(selector)?.focus();
  return focusOf(document, true);
}

it('knows when somebody types', () => {
  expect(focused('<input>', 'input').typing).toBe(true);
  expect(focused('<textarea></textarea>', 'textarea').typing).toBe(true);
  expect(focused('<input type="radio">', 'input').typing).toBe(false);
});

it('knows controls from the list', () => {
  expect(focused('<button>Copy</button>', 'button').control).toBe(true);
  expect(focused('<div role="listbox" tabindex="0"></div>', 'div').control).toBe(false);
});

it('knows what stands in front', () => {
  expect(focused('<div role="dialog"></div>', 'none').dialog).toBe(true);
  expect(focused('<p></p>', 'none').dialog).toBe(false);
});
