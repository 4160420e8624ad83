/** Devices, offline copies, settings. */
import type { EnvironmentClass } from './places';
import type { Id, Millis } from './primitives';

export interface LeaseSummary {
  place: Id;
  path: string;
  class: EnvironmentClass;
  values: number;
  readableUntil: Millis;
  /** Asked for with "Keep for offline"; otherwise left by online use. */
  kept: boolean;
}

export interface DeviceView {
  id: Id;
  name: string;
  system: string;
  thisDevice: boolean;
  state: 'active' | 'ending' | 'ended';
  enrolledAt: Millis;
  lastSeenAt: Millis;
  leases: number;
  sessions: DeviceSession[];
}

export interface DeviceSession {
  id: Id;
  current: boolean;
  startedAt: Millis;
  endsAt: Millis;
  lastSeenAt: Millis;
  address: string | null;
}

export type Theme = 'system' | 'light' | 'dark' | 'highContrast';

export interface Settings {
  theme: Theme;
  /** Minutes without activity, null for never. */
  lockAfterMinutes: number | null;
  clipboardSeconds: number;
  revealSeconds: number;
}
