/**
 * Draws every screen in every theme and size with the invented world, and runs axe in the real browser.
 *
 *     npm run shots -- OUT [only]
 *
 * Fails when axe finds anything. `CHROMIUM` names another browser.
 */
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { createServer } from 'vite';
import { screens } from './screens.mjs';

const [out = 'shots', only = ''] = process.argv.slice(2);
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const sizes = [
  { width: 1280, height: 800 },
  { width: 960, height: 640 },
];
const themes = ['light', 'dark', 'highContrast'];

await mkdir(out, { recursive: true });
const server = await createServer({ server: { port: 0, strictPort: false }, logLevel: 'error' });
await server.listen();
const address = server.resolvedUrls.local[0];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--force-color-profile=srgb'],
});

let violations = 0;
for (const [name, { scene = 'signedIn', delay = 0, after }] of Object.entries(screens)) {
  if (!name.includes(only)) continue;
  for (const theme of themes) {
    for (const size of sizes) {
      const context = await browser.newContext({ viewport: size, reducedMotion: 'reduce' });
      const page = await context.newPage();
      page.on('pageerror', (error) => {
        violations += 1;
        console.error(`${name}: ${error.stack ?? error.message}`);
      });
      page.on('console', (message) => message.type() === 'error' && console.error(`${name}: ${message.text()}`));
      await page.goto(`${address}?scene=${scene}&theme=${theme}&delay=${delay}`);
      await page.waitForFunction(() => document.fonts.ready.then(() => document.querySelector('main, [role=status]') !== null));
      try {
        await after?.(page);
      } catch (error) {
        violations += 1;
        console.error(`${name} ${theme} ${size.width}: ${error.message.split('\n').slice(0, 3).join(' ')}`);
      }
      await page.waitForTimeout(120);
      await page.screenshot({ path: join(out, `${name}-${theme}-${size.width}.png`) });
      violations += await audit(page, `${name} ${theme} ${size.width}`);
      await context.close();
    }
  }
}
await browser.close();
await server.close();
console.log(violations === 0 ? 'No violations.' : `${violations} violations.`);
process.exit(violations === 0 ? 0 : 1);

async function audit(page, where) {
  await page.addScriptTag({ path: axe });
  const found = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      rules: { 'color-contrast': { enabled: true }, 'target-size': { enabled: true } },
    }),
  );
  for (const { id, help, nodes } of found.violations) {
    console.error(`${where}: ${id}: ${help}`);
    for (const node of nodes.slice(0, 4)) {
      console.error(`    ${node.target.join(' ')}  ${node.failureSummary?.split('\n').slice(1, 2).join('').trim()}`);
    }
  }
  return found.violations.length;
}
