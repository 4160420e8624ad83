/** Devices, offline copies, settings. */
import type { Host } from '../host';
import { leasesOf } from './devices';
import type { FakeWorld } from './world';

export function deviceOf(
  fake: FakeWorld,
): Pick<Host, 'leases' | 'devices' | 'endSession' | 'endDevice' | 'settings' | 'setSettings'> {
  return {
    leases: () => fake.answer('leases', [], () => leasesOf(fake.world.places, fake.start)),
    devices: () => fake.answer('devices', [], () => fake.devices),
    endSession: (id) =>
      fake.answer('endSession', [id], () => {
        fake.devices = fake.devices.map((one) => ({
          ...one,
          sessions: one.sessions.filter((session) => session.id !== id),
        }));
        fake.emit('changed', { areas: ['devices'], secrets: [] });
      }),
    endDevice: (id) =>
      fake.answer('endDevice', [id], () => {
        fake.devices = fake.devices.map((one) =>
          one.id === id ? { ...one, state: 'ending' as const, sessions: [] } : one,
        );
        fake.emit('changed', { areas: ['devices'], secrets: [] });
      }),
    settings: () => fake.answer('settings', [], () => fake.settings),
    setSettings: (next) => fake.answer('setSettings', [next], () => void (fake.settings = next)),
  };
}
