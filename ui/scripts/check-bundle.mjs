/** Fails when the built page holds the invented world, or anything that the policy of the window would refuse. */
import { readdir, readFile } from 'node:fs/promises';

const root = new URL('../dist/', import.meta.url);
const faults = [];
for (const name of await readdir(root, { recursive: true })) {
  if (!/\.(js|css|html)$/.test(name)) continue;
  const text = await readFile(new URL(name, root), 'utf8');
  if (text.includes('northwind')) faults.push(`${name} holds the invented world`);
  if (name.endsWith('.html') && /<script(?![^>]*\bsrc=)/.test(text)) faults.push(`${name} has an inline script`);
  if (name.endsWith('.css') && /url\(["']?(data:font|https?:)/.test(text))
    faults.push(`${name} loads a font from elsewhere`);
}
for (const fault of faults) console.error(fault);
process.exit(faults.length === 0 ? 0 : 1);
