/**
 * Draws every screen in every theme and size with the invented world, and runs axe in the real browser.
 *
 *     npm run shots -- OUT [only]
 *
 * Fails when axe finds anything. `CHROMIUM` names another browser.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { build, preview } from 'vite';
import { screens } from './screens.mjs';

const [out = 'shots', only = ''] = process.argv.slice(2);
const filter = new RegExp(only);
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const sizes = [
  { width: 1280, height: 800 },
  { width: 960, height: 640 },
];
const themes = process.env.THEMES?.split(',') ?? ['light', 'dark', 'highContrast'];

await mkdir(out, { recursive: true });
const built = await mkdtemp(join(tmpdir(), 'claviger-pictures-'));
await build({ mode: 'pictures', logLevel: 'error', build: { outDir: built, emptyOutDir: true } });
const server = await preview({ preview: { port: 0, host: '127.0.0.1' }, logLevel: 'error', build: { outDir: built } });
const address = server.resolvedUrls.local[0];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--force-color-profile=srgb'],
});

let violations = 0;
for (const [name, { scene = 'signedIn', delay = 0, stale = '', after }] of Object.entries(screens)) {
  if (!filter.test(name)) continue;
  for (const theme of themes) {
    for (const size of sizes) {
      const context = await browser.newContext({ viewport: size, reducedMotion: 'reduce', locale: 'en-GB' });
      const page = await context.newPage();
      page.setDefaultTimeout(6_000);
      page.setDefaultNavigationTimeout(60_000);
      page.on('pageerror', (error) => {
        violations += 1;
        console.error(`${name}: ${error.stack ?? error.message}`);
      });
      page.on('console', (message) => message.type() === 'error' && console.error(`${name}: ${message.text()}`));
      await page.goto(`${address}?scene=${scene}&theme=${theme}&delay=${delay}&stale=${stale}`);
      await page.waitForFunction(() =>
        document.fonts.ready.then(() => document.querySelector('main, [role=status]') !== null),
      );
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
await rm(built, { recursive: true });
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
