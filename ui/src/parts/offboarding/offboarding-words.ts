/** What people read of cases and blast radii. */
import type {
  AccountStands,
  BrakeReason,
  CaseEffect,
  CaseEffectKind,
  CaseRotation,
  CaseRow,
  CaseStands,
  CaseStepKind,
  CaseView,
  ConnectedKind,
  HoldingView,
  HoldingWay,
  LonelyTeamView,
  SuspectKind,
} from '../../host/offboarding';
import { count } from '../../words/names';
import { duration, moment, span } from '../../words/time';

export type Tone = 'plain' | 'warn' | 'bad' | 'ok';

export const standsWords: Record<CaseStands, { label: string; tone: Tone }> = {
  planned: { label: 'planned', tone: 'plain' },
  braked: { label: 'needs a second person', tone: 'warn' },
  running: { label: 'running', tone: 'warn' },
  waiting: { label: 'waiting', tone: 'warn' },
  done: { label: 'done', tone: 'ok' },
  cancelled: { label: 'called off', tone: 'plain' },
};

export const brakeWords: Record<BrakeReason, string> = {
  protected: 'This person is on the list of those who are protected.',
  many: 'More people leave within an hour than the brake lets through.',
};

export const suspectWords: Record<SuspectKind, string> = {
  person: 'person',
  device: 'device',
  session: 'session',
  service: 'service',
  secret: 'secret',
};

const ways: Record<HoldingWay, string> = {
  used: 'used',
  kept: 'kept offline',
  readOffline: 'read offline',
  copied: 'copied',
  revealed: 'shown',
};

export const wayWords = (way: HoldingWay): string => ways[way];

/** "shown 3×, last today, 13:40, on ThinkPad X1". */
export function holdingWords(one: HoldingView, now: number): string {
  const often = one.times === 1 ? 'once' : `${one.times.toLocaleString('en')}×`;
  const kept = one.keptUntil !== null && one.keptUntil > now ? `, kept until ${moment(one.keptUntil, now)}` : '';
  return `${ways[one.way]} ${often}, last ${moment(one.lastAt, now)}, on ${one.deviceName}${kept}`;
}

/** In words what the number means; the number stands beside it. */
export function riskWords(risk: number): { label: string; tone: Tone } {
  if (risk >= 80) return { label: 'critical', tone: 'bad' };
  if (risk >= 60) return { label: 'high', tone: 'warn' };
  if (risk >= 40) return { label: 'medium', tone: 'plain' };
  return { label: 'low', tone: 'plain' };
}

/** "0.42 s", "12.3 s", "4 min"; what took hundredths is told in hundredths. */
export function took(milliseconds: number): string {
  if (milliseconds < 10 * duration.second) return `${(milliseconds / 1_000).toFixed(2)} s`;
  if (milliseconds < duration.minute) return `${(milliseconds / 1_000).toFixed(1)} s`;
  return span(milliseconds);
}

const effectNames: Record<CaseEffectKind, [one: string, many: string]> = {
  session: ['session', 'sessions'],
  serviceKey: ['key of a service', 'keys of services'],
  device: ['device', 'devices'],
  grant: ['grant', 'grants'],
  emergencyRight: ['emergency right', 'emergency rights'],
  localTeam: ['team', 'teams'],
  providerTeam: ['team of the identity provider', 'teams of the identity provider'],
  heirTeam: ['team for the heir', 'teams for the heir'],
  teamLeft: ['team without anybody', 'teams without anybody'],
  request: ['request', 'requests'],
  approval: ['approval', 'approvals'],
  proposal: ['proposal', 'proposals'],
  secretOwner: ['secret', 'secrets'],
  connectedAccount: ['account', 'accounts'],
};

/** "2 sessions and 1 key of a service", and whether that is one thing; null where there is none of them. */
function sum(effects: readonly CaseEffect[], kinds: readonly CaseEffectKind[]): { words: string; one: boolean } | null {
  const found = kinds.flatMap((kind) => {
    const all = effects.find((effect) => effect.kind === kind)?.all ?? 0;
    return all === 0 ? [] : [{ kind, all }];
  });
  if (found.length === 0) return null;
  return {
    words: list(found.map(({ kind, all }) => count(all, ...effectNames[kind]))),
    one: found.length === 1 && found[0]?.all === 1,
  };
}

/** "a", "a and b", "a, b and c". */
export function list(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** Those of an account, and how many more there are of which no name was told. */
export function teamNames({ named, more }: { named: readonly string[]; more: number }): string {
  const rest = more === 0 ? [] : [`${more.toLocaleString('en')} more`];
  return list([...named, ...rest]);
}

interface Doing {
  effects: readonly CaseEffect[];
  rotations: number;
  heir: string | null;
  /** Those of a case; null before. */
  systems: number | null;
}

/** What each step does or did to how much; `done` in the past. */
export function stepWords(kind: CaseStepKind, { effects, rotations, heir, systems }: Doing, done: boolean): string {
  switch (kind) {
    case 'access': {
      const ended = sum(effects, ['session', 'serviceKey']);
      const devices = sum(effects, ['device']);
      const parts = [done ? 'Sign-in disabled' : 'Sign-in is disabled'];
      if (ended) parts.push(`${ended.words} ${done ? 'ended' : ended.one ? 'ends' : 'end'}`);
      if (devices) parts.push(`${devices.words} ${done ? 'ordered to' : 'must'} destroy everything`);
      return parts.join(', ');
    }
    case 'grants': {
      const what = sum(effects, ['grant', 'emergencyRight']);
      if (!what) return done ? 'Had no grants of their own' : 'There are no grants of their own to end';
      return done ? `${what.words} ended` : `${what.words} ${what.one ? 'ends' : 'end'}`;
    }
    case 'teams': {
      const what = sum(effects, ['localTeam', 'providerTeam']);
      if (!what) return done ? 'Was in no team' : 'They are in no team';
      return done ? `Taken out of ${what.words}` : `They leave ${what.words}`;
    }
    case 'requests': {
      const what = sum(effects, ['request', 'approval', 'proposal']);
      if (!what) return done ? 'Nothing of theirs was waiting' : 'Nothing of theirs is waiting';
      return `${what.words} ${done ? '' : what.one ? 'is ' : 'are '}taken back`;
    }
    case 'ownership': {
      const what = sum(effects, ['secretOwner']);
      if (!what) return done ? 'Owned no secrets' : 'They own no secrets';
      if (heir === null)
        return `${what.words} ${done ? 'left without an owner' : what.one ? 'is left without an owner' : 'are left without an owner'}`;
      return `${what.words} ${done ? 'handed over' : what.one ? 'goes' : 'go'} to ${heir}, as far as they may know of them`;
    }
    case 'rotations': {
      if (rotations === 0) return done ? 'Held no value that is current' : 'They hold no value that is current';
      const what = count(rotations, 'value');
      return done
        ? `${what} queued for rotation`
        : `${what} that they hold ${rotations === 1 ? 'has' : 'have'} to change`;
    }
    case 'connected': {
      if (systems === 0) return 'No other system is connected';
      const what = sum(effects, ['connectedAccount']);
      if (!what) return 'Connected systems are asked for their accounts';
      return `${what.words} in connected systems ${done ? '' : what.one ? 'is ' : 'are '}taken away`;
    }
  }
}

/** "payments-ci, ledger-sync and 3 more"; empty for none. */
export function servicesWords(services: readonly { name: string }[], more: number): string {
  const names = services.map((one) => one.name);
  return list(more > 0 ? [...names, `${more.toLocaleString('en')} more`] : names);
}

/** "Reader in payments and 2 more"; what whoever is in a team gets by it. */
export function holdsWords(team: LonelyTeamView): string {
  if (team.holds.length === 0) return 'nothing';
  const each = team.holds.map(({ role, path }) => `${role.name} in ${path === '' ? 'the whole organization' : path}`);
  return list(team.moreHolds > 0 ? [...each, `${team.moreHolds.toLocaleString('en')} more`] : each);
}

/** How far the rotations are, over all owners. */
export function progressOf(one: CaseView): { all: number; open: number; accepted: number; settled: number } {
  const add = (key: 'all' | 'open' | 'accepted') => one.owners.reduce((total, owner) => total + owner[key], 0);
  const [all, open, accepted] = [add('all'), add('open'), add('accepted')];
  return { all, open, accepted, settled: all - open };
}

export const systemWords: Record<ConnectedKind, string> = { postgresql: 'PostgreSQL', github: 'GitHub' };

export const accountWords: Record<AccountStands, string> = {
  found: 'found',
  disabled: 'cannot be used any more',
  removed: 'removed, still to be looked for again',
  gone: 'removed, and not there when looked for again',
  kept: 'cannot be used any more, but was not removed',
  accepted: 'stays, as an Owner accepted',
};

/** Systems and accounts of a case that are not settled. */
export function unsettledOf(one: CaseView): number {
  const open = (settled: boolean): number => (settled ? 0 : 1);
  return one.connected.reduce(
    (total, system) =>
      total +
      open(system.askedAt !== null || system.accepted !== null) +
      system.accounts.reduce((sum, account) => sum + open(['gone', 'kept', 'accepted'].includes(account.stands)), 0),
    0,
  );
}

/** When the last of the connected systems and accounts was settled by what was done to it. */
export function settledAt(one: CaseView, from: number): number {
  const times = one.connected.flatMap((system) => [
    system.askedAt,
    ...system.accounts.map((account) => account.verifiedAt),
  ]);
  return Math.max(from, ...times.filter((time) => time !== null));
}

/** One sentence on where a case stands, for the list and the head. */
export function caseWords(one: CaseRow, now: number): string {
  const by = one.byProvider ? 'by the identity provider' : one.openedBy ? `by ${one.openedBy.name}` : '';
  switch (one.stands) {
    case 'planned':
      return one.start
        ? `Begins ${localWords(one.start.local)} (${one.start.zone}), planned ${by}`
        : `Begins at once, opened ${by}`;
    case 'braked':
      return `Opened ${moment(one.openedAt, now)} ${by}; suspended meanwhile`;
    case 'running':
      return `Everything refused since ${moment(one.begunAt ?? one.openedAt, now)}; steps go on`;
    case 'waiting':
      return one.openRotations > 0
        ? `${count(one.openRotations, 'value')} still to change, begun ${moment(one.begunAt ?? one.openedAt, now)}`
        : `Waits for devices or connected systems, begun ${moment(one.begunAt ?? one.openedAt, now)}`;
    case 'done':
      return `Over since ${moment(one.closedAt ?? one.openedAt, now)}, opened ${by}`;
    case 'cancelled':
      return `Called off ${moment(one.closedAt ?? one.openedAt, now)}, opened ${by}`;
  }
}

/** "27 Nov 2026, 18:00" as it was said, on the clocks of that zone. */
export function localWords(local: string): string {
  const [day = '', time = ''] = local.split('T');
  const at = new Date(`${day}T00:00:00`);
  const date = Number.isNaN(at.getTime())
    ? day
    : at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
  return `${date}, ${time.slice(0, 5)}`;
}

export function rotationTag(one: CaseRotation, now: number): { label: string; tone: Tone } {
  if (one.stands === 'changed') return { label: 'changed', tone: 'ok' };
  if (one.stands === 'accepted') return { label: 'accepted as it is', tone: 'plain' };
  if (one.stands === 'gone') return { label: 'erased', tone: 'ok' };
  if (one.dueAt <= now) return { label: `overdue since ${moment(one.dueAt, now)}`, tone: 'bad' };
  return { label: `due in ${span(one.dueAt - now)}`, tone: one.dueAt - now < duration.day ? 'warn' : 'plain' };
}
