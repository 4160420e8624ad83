import { expect, it } from 'vitest';
import type { Settings } from '../host/device';
import type { Host } from '../host/host';
import { defaults, paintedTheme, Preferences } from './preferences.svelte';

it('puts a setting back when the host refuses it', async () => {
  const refusing = { setSettings: () => Promise.reject(new Error('read-only')) } as unknown as Host;
  const preferences = new Preferences(refusing);
  await expect(preferences.change({ theme: 'dark' })).rejects.toThrow('read-only');
  expect(preferences.current).toEqual(defaults);
});

it('sends the whole of the settings', async () => {
  const sent: Settings[] = [];
  const host = { setSettings: (settings: Settings) => Promise.resolve(void sent.push(settings)) } as unknown as Host;
  await new Preferences(host).change({ revealSeconds: 10 });
  expect(sent).toEqual([{ ...defaults, revealSeconds: 10 }]);
});

it.each([
  ['system', { dark: false, contrast: false }, 'light'],
  ['system', { dark: true, contrast: false }, 'dark'],
  ['system', { dark: false, contrast: true }, 'contrast'],
  ['light', { dark: true, contrast: true }, 'light'],
  ['highContrast', { dark: false, contrast: false }, 'contrast'],
] as const)('paints %s as wanted', (theme, system, painted) => expect(paintedTheme(theme, system)).toBe(painted));
