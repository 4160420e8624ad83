import type { Settings } from '../host/device';
import type { Host } from '../host/host';

export const defaults: Settings = { theme: 'system', lockAfterMinutes: 10, clipboardSeconds: 30, revealSeconds: 30 };

/** The settings of this device, applied at once and put back when the host refuses them. */
export class Preferences {
  current = $state.raw<Settings>(defaults);
  #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  async load(): Promise<void> {
    this.current = await this.#host.settings();
  }

  async change(part: Partial<Settings>): Promise<void> {
    const before = this.current;
    this.current = { ...before, ...part };
    try {
      await this.#host.setSettings(this.current);
    } catch (refusal) {
      this.current = before;
      throw refusal;
    }
  }
}

export type PaintedTheme = 'light' | 'dark' | 'contrast';

/** What is painted for a choice, given what the system prefers. */
export function paintedTheme(theme: Settings['theme'], system: { dark: boolean; contrast: boolean }): PaintedTheme {
  if (theme === 'highContrast') return 'contrast';
  if (theme !== 'system') return theme;
  if (system.contrast) return 'contrast';
  return system.dark ? 'dark' : 'light';
}
