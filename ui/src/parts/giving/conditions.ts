/** Conditions of a grant as a form has them. */
import type { GiveConditions } from '../../host/giving';

/** A time zone that is preset, and why it is this one. */
export interface KnownZone {
  zone: string;
  words: string;
}

export const noConditions: GiveConditions = {
  multiFactorMinutes: null,
  enrolledDevice: false,
  networks: [],
  hours: null,
};

export const dayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** How old the sign-in may be, in minutes; 0 for any. */
export const anySignIn = 0;
export const signIns: readonly { value: number; label: string }[] = [
  { value: anySignIn, label: 'any sign-in' },
  { value: 15, label: 'multi-factor, at most 15 minutes ago' },
  { value: 60, label: 'multi-factor, at most an hour ago' },
  { value: 480, label: 'multi-factor, at most 8 hours ago' },
];

/** What must hold, each part in words. */
export function conditionWords({ multiFactorMinutes, enrolledDevice, networks, hours }: GiveConditions): string[] {
  const from = networks.map((line) => line.trim()).filter((line) => line !== '');
  const signIn = signIns.find((one) => one.value !== anySignIn && one.value === multiFactorMinutes);
  const days = hours?.days.map((day) => dayNames[day] ?? '').join(', ') || 'every day';
  return [
    ...(signIn ? [signIn.label] : []),
    ...(enrolledDevice ? ['enrolled device'] : []),
    ...(from.length > 0 ? [`from ${from.join(', ')}`] : []),
    ...(hours ? [`${days}, ${hours.from} to ${hours.until} in ${hours.zone.replaceAll('_', ' ')}`] : []),
  ];
}

/** "none", "2". */
export function conditionCount(conditions: GiveConditions): string {
  const set = [
    conditions.multiFactorMinutes !== null,
    conditions.enrolledDevice,
    conditions.networks.some((line) => line.trim() !== ''),
    conditions.hours !== null,
  ].filter(Boolean).length;
  return set === 0 ? 'none' : String(set);
}

/** Every time zone that the web view knows, with the chosen one. */
export function zones(chosen: string): { value: string; label: string }[] {
  const known = Intl.supportedValuesOf('timeZone');
  const all = [...new Set([chosen, 'UTC', ...known])];
  return all.map((value) => ({ value, label: value.replaceAll('_', ' ') }));
}
