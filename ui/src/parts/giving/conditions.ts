/** Conditions of a grant as a form has them. */
import type { GiveConditions } from '../../host/giving';

export const noConditions: GiveConditions = {
  multiFactorMinutes: null,
  enrolledDevice: false,
  networks: [],
  hours: null,
};

export const dayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

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
