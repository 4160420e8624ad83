import type { DeviceView, LeaseSummary } from '../device';
import type { Place } from '../places';

const hour = 3_600_000;
const day = 24 * hour;

export function sessions(now: number): DeviceView[] {
  return [
    {
      id: 'device-1',
      name: 'ThinkPad X1',
      system: 'Debian 12',
      thisDevice: true,
      state: 'active',
      enrolledAt: now - 210 * day,
      lastSeenAt: now - 4_000,
      leases: 61,
      sessions: [
        {
          id: 'session-1',
          current: true,
          startedAt: now - 3 * hour,
          endsAt: now + 9 * hour,
          lastSeenAt: now - 4_000,
          address: '10.2.8.14',
        },
      ],
    },
    {
      id: 'device-2',
      name: 'Desk PC',
      system: 'Fedora 42',
      thisDevice: false,
      state: 'active',
      enrolledAt: now - 96 * day,
      lastSeenAt: now - 2 * day,
      leases: 12,
      sessions: [
        {
          id: 'session-2',
          current: false,
          startedAt: now - 2 * day,
          endsAt: now + hour,
          lastSeenAt: now - 2 * day,
          address: '10.2.4.91',
        },
      ],
    },
    {
      id: 'device-3',
      name: 'MacBook Air',
      system: 'macOS 26',
      thisDevice: false,
      state: 'ending',
      enrolledAt: now - 400 * day,
      lastSeenAt: now - 9 * day,
      leases: 3,
      sessions: [],
    },
  ];
}

export function leasesOf(places: readonly Place[], now: number): LeaseSummary[] {
  const kept = places.flatMap((place) => {
    const until = place.keptOffline?.readableUntil ?? null;
    return place.keptOffline && place.class && until !== null
      ? [
          {
            place: place.id,
            path: place.path,
            class: place.class,
            ...place.keptOffline,
            readableUntil: until,
            kept: true,
          },
        ]
      : [];
  });
  const production = places.find((place) => place.path === 'payments/production');
  return production
    ? [
        ...kept,
        {
          place: production.id,
          path: production.path,
          class: 'production',
          values: 1,
          readableUntil: now + 3.2 * hour,
          kept: false,
        },
      ]
    : kept;
}
