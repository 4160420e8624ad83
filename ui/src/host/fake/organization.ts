import type { HistoryRow } from '../history';
import type { EnvironmentClass, Place } from '../places';
import type { Id } from '../primitives';
import type { SecretDetail, SecretKind } from '../secrets';
import type { PersonRef } from '../state';

/** An invented company, the same for the same seed. Its people and values are made up. */

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export interface FakeSecret extends SecretDetail {
  value: string;
  binary: boolean;
  lastUsedAt: number | null;
  knownOnly: boolean;
  canGrant: PersonRef[];
  deletedAt: number | null;
}

export interface Organization {
  me: PersonRef;
  people: PersonRef[];
  places: Place[];
  secrets: FakeSecret[];
  history: HistoryRow[];
}

const names: [string, string][] = [
  ['Mara Okafor', 'Payments'],
  ['Lin Sato', 'Platform'],
  ['Ines Moreau', 'Ledger'],
  ['Tomás Reyes', 'Storefront'],
  ['Jonas Keller', 'Payments'],
  ['Priya Raman', 'Data'],
  ['Aoife Byrne', 'Payments'],
  ['Samir Haddad', 'Security'],
];

const projects = [
  'payments',
  'ledger',
  'storefront',
  'data-platform',
  'identity',
  'notifications',
  'search',
  'mobile',
  'partners',
  'observability',
  'website',
  'sandbox',
];

const templates: [string, string | null, SecretKind, string][] = [
  ['Main database', 'DATABASE_URL', 'connectionString', 'postgres'],
  ['Stripe secret key', 'STRIPE_SECRET_KEY', 'apiKey', 'stripe'],
  ['Stripe webhook secret', 'STRIPE_WEBHOOK_SECRET', 'generic', 'stripe'],
  ['Card network client certificate', null, 'certificate', 'network'],
  ['Error reporting', 'SENTRY_DSN', 'generic', ''],
  ['Cache', 'REDIS_URL', 'connectionString', 'cache'],
  ['Session signing key', 'JWT_SIGNING_KEY', 'keyPair', 'auth'],
  ['Payout approval key', 'PAYOUT_APPROVAL_KEY', 'apiKey', 'payouts'],
  ['Adyen key', 'ADYEN_API_KEY', 'apiKey', 'adyen'],
  ['Metrics key', 'DATADOG_API_KEY', 'apiKey', ''],
  ['Payouts SSH key pair', null, 'keyPair', 'payouts'],
  ['Tax service token', 'TAX_SERVICE_TOKEN', 'apiKey', 'tax'],
  ['Mail relay password', 'SMTP_PASSWORD', 'password', 'mail'],
  ['Break-glass second factor', null, 'oneTimeSeed', 'auth'],
  ['Search cluster', 'ELASTIC_URL', 'connectionString', 'search'],
];

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

export function organization(now: number, many = 0): Organization {
  const draw = random(7);
  const people = names.map(([name, team], i): PersonRef => ({
    id: `person-${i}`,
    name,
    email: `${name.split(' ')[0]?.toLowerCase()}@northwind.example`,
    initials: name
      .split(' ')
      .map((part) => part.charAt(0))
      .join(''),
    team,
  }));
  const person = (i: number): PersonRef => people[i % people.length] as PersonRef;
  const me = person(6);
  const places: Place[] = [];
  const secrets: FakeSecret[] = [];
  projects.forEach((project, p) => {
    const classes: [string, EnvironmentClass][] = [
      ['production', 'production'],
      ['staging', 'staging'],
      ['development', 'development'],
    ];
    if (p === 2) classes.push(['preview', 'unclassified']);
    const mine: Place[] = [place(project, null, 1, null)];
    for (const [name, environmentClass] of classes) {
      const env = place(name, project, 2, environmentClass);
      mine.push(env);
      const wanted =
        p === 0
          ? { production: 38, staging: 41, development: 44, preview: 3 }[name as 'production']
          : 9 + ((p * 5) % 9);
      const here = p === 11 && name === 'development' ? 0 : wanted;
      for (let i = 0; i < here; i += 1) secrets.push(secret(project, env, i, p));
      env.count = here;
      for (const folder of p === 0 ? ['stripe', 'postgres', 'payouts'] : []) {
        mine.push({ ...place(folder, env.path, 3, environmentClass), count: 3 });
      }
    }
    if (mine[0]) mine[0].count = mine.filter((one) => one.depth === 2).reduce((sum, one) => sum + one.count, 0);
    places.push(...mine);
  });
  for (let i = secrets.length; i < many; i += 1) {
    secrets.push(secret('payments', places[1] as Place, i, 0));
  }
  return { me, people, places, secrets, history: history() };

  function place(name: string, parent: Id | null, depth: number, environmentClass: EnvironmentClass | null): Place {
    const path = parent === null ? name : `${parent}/${name}`;
    return {
      id: path,
      parent,
      name,
      path,
      depth,
      class: environmentClass,
      count: 0,
      rights: { create: depth > 1, keepOffline: depth === 2 },
      offlineFor: depth < 2 ? null : environmentClass === 'production' ? 8 * hour : 72 * hour,
      keptOffline: path === 'payments/development' ? { values: 44, readableUntil: now + 2 * day + 5 * hour } : null,
    };
  }

  function secret(project: string, env: Place, i: number, p: number): FakeSecret {
    const [title, envName, kind, folder] = templates[i % templates.length] as (typeof templates)[number];
    const round = Math.floor(i / templates.length);
    const suffix = round === 0 ? '' : ` ${round + 1}`;
    const isFirst = env.path === 'payments/production';
    const used = [
      2 * minute,
      hour,
      20 * hour,
      3 * day,
      5 * day,
      8 * day,
      12 * day,
      null,
      35 * day,
      40 * day,
      61 * day,
      null,
    ];
    const lastUsed =
      isFirst && i < used.length ? (used[i] ?? null) : draw() < 0.2 ? null : Math.floor(draw() * 90) * day;
    const ageDays = isFirst && i === 1 ? 84 : 3 + Math.floor(draw() * 80);
    const knownOnly = isFirst && (i === 7 || (i > 15 && i % 6 === 0));
    const useOnly = isFirst && i === 6;
    const versions = 1 + Math.floor(draw() * 6);
    const count = isFirst && i === 1 ? 6 : versions;
    const owner = person(isFirst && i < 3 ? 0 : i + p);
    const value =
      kind === 'connectionString'
        ? `postgres://${project}_app:fake-${i}@db.${env.name}.northwind.example:5432/${project}`
        : kind === 'keyPair' || kind === 'certificate'
          ? `-----BEGIN EXAMPLE-----\nnot-a-real-key-${project}-${env.name}-${i}\nMIIEowIBAAKCAQEA\n-----END EXAMPLE-----\n`
          : `example_${project}_${env.name}_${i}_4eC39HqLyjWDarjtT1zdp7dc`;
    return {
      id: `${env.path}/${i}`,
      title: `${title}${suffix}`,
      envName: envName === null ? null : `${envName}${round === 0 ? '' : `_${round + 1}`}`,
      path: folder === '' ? env.path : `${env.path}/${folder}`,
      place: env.id,
      class: env.class ?? 'unclassified',
      kind,
      tags: kind === 'apiKey' ? ['restricted', 'charges:write'] : i % 4 === 0 ? ['terraform'] : [],
      note:
        isFirst && i === 1
          ? 'Restricted key for the checkout service. Refunds have a key of their own; ask Mara before widening this one.'
          : null,
      owner,
      createdAt: now - 400 * day,
      revision: 3,
      currentVersion: count,
      versions: Array.from({ length: count }, (_, v) => ({
        number: count - v,
        stage: v === 0 ? 'current' : v === 1 ? 'previous' : 'old',
        createdAt: now - ageDays * day - v * 90 * day,
        by: v % 2 === 0 ? owner.name : 'Lin Sato',
        size: value.length,
      })),
      rotation: { changedAt: now - ageDays * day, maxAge: i % 5 === 4 ? null : 90 * day },
      expiresAt: isFirst && i === 3 ? now + 2 * day + 3 * hour : null,
      offline:
        isFirst && i === 1
          ? { issuedAt: now - 4 * hour - 48 * minute, readableUntil: now + 3 * hour + 12 * minute }
          : env.path === 'payments/development'
            ? { issuedAt: now - 19 * hour, readableUntil: now + 2 * day + 5 * hour }
            : null,
      rights: {
        use: true,
        reveal: !useOnly,
        write: !useOnly,
        editMetadata: !useOnly,
        delete: !useOnly,
        requestRotation: true,
        rotate: !useOnly,
      },
      why: [
        {
          grant: 'grant-1',
          role: useOnly ? 'Consumer' : isFirst ? 'Editor' : 'Reader',
          scope: isFirst ? 'payments/production' : project,
          throughTeam: isFirst ? null : 'Payments',
          givenBy: 'Lin Sato',
          givenAt: now - 4 * day,
          reason: isFirst ? 'on-call week 47' : null,
          endsAt: isFirst ? now + 3 * day + 4 * hour : null,
          conditions: isFirst
            ? [{ words: 'Production asks for multi-factor sign-in: done at 09:12 today.', met: true }]
            : [],
        },
      ],
      openRequests: [],
      favourite: isFirst && (i === 0 || i === 1),
      runCommand: null,
      value,
      binary: kind === 'oneTimeSeed',
      lastUsedAt: lastUsed === null ? null : now - lastUsed - 5_000,
      knownOnly,
      canGrant: [person(1), person(7)],
      deletedAt: null,
    };
  }

  function history(): HistoryRow[] {
    const rows: HistoryRow[] = [];
    let at = now - 8 * minute;
    for (let i = 0; at > now - 364 * day; i += 1) {
      const of = secrets[Math.floor(draw() * Math.min(secrets.length, 160))] as FakeSecret;
      const roll = draw();
      const base = {
        id: `entry-${i}`,
        at,
        secret: { id: of.id, title: of.title, envName: of.envName, path: of.path },
        version: of.currentVersion,
        by: null,
        program: null,
        device: roll < 0.85 ? 'ThinkPad X1' : 'Desk PC',
        address: '10.2.8.14',
        offline: false,
        deviceReported: false,
        refused: null,
        proof: 'inLog' as const,
      };
      if (roll < 0.42) rows.push({ ...base, action: 'copied', group: 'reads' });
      else if (roll < 0.56) rows.push({ ...base, action: 'revealed', group: 'reads' });
      else if (roll < 0.68) {
        rows.push({ ...base, action: 'copied', group: 'reads', offline: true, deviceReported: true, address: null });
      } else if (roll < 0.76) rows.push({ ...base, action: 'newVersion', group: 'changes' });
      else if (roll < 0.82) rows.push({ ...base, action: 'edited', group: 'changes', version: null });
      else if (roll < 0.87) {
        rows.push({ ...base, action: 'revealed', group: 'reads', refused: 'Consumer may use this, not reveal it' });
      } else if (roll < 0.92) rows.push({ ...base, action: 'rotationRequested', group: 'requests', version: null });
      else if (roll < 0.95) {
        rows.push({
          ...base,
          action: 'accessGiven',
          group: 'access',
          by: 'Lin Sato',
          secret: null,
          version: null,
          device: null,
          address: null,
        });
      } else rows.push({ ...base, action: 'signedIn', group: 'signIn', secret: null, version: null });
      const weekend = [0, 6].includes(new Date(at).getDay());
      at -= Math.floor((weekend ? 9 : 2.4) * hour * (0.2 + draw()));
    }
    const first = secrets[1] as FakeSecret;
    const own = { id: first.id, title: first.title, envName: first.envName, path: first.path };
    const pinned = (id: string, when: number, part: Partial<HistoryRow>): HistoryRow => ({
      id,
      at: when,
      action: 'copied',
      group: 'reads',
      secret: own,
      version: 6,
      by: null,
      program: null,
      device: 'ThinkPad X1',
      address: '10.2.8.14',
      offline: false,
      deviceReported: false,
      refused: null,
      proof: 'inLog',
      ...part,
    });
    rows.push(
      pinned('own-1', now - 50 * minute, {}),
      pinned('own-2', now - 21 * hour, { offline: true, deviceReported: true, address: null }),
      pinned('own-3', now - 3 * day - 5 * hour, { action: 'revealed' }),
      pinned('own-4', now - 84 * day, {
        action: 'rotationDone',
        group: 'changes',
        by: 'Mara Okafor',
        device: null,
        address: null,
      }),
    );
    return rows.sort((a, b) => b.at - a.at);
  }
}
