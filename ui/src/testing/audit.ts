import axe from 'axe-core';
import { expect } from 'vitest';

/** Fails on anything that axe finds, but for what needs a layout, which the window itself is checked for, and what is named. */
export async function audit(...without: string[]): Promise<void> {
  const { violations } = await axe.run(document.body, {
    rules: Object.fromEntries(['color-contrast', 'target-size', ...without].map((rule) => [rule, { enabled: false }])),
  });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
}
