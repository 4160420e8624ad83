import type {
  AppState,
  Host,
  HostEvents,
  Id,
  KeptOffline,
  ListFilter,
  Problem,
  RotationRequest,
  SecretDetail,
  SecretRef,
  SecretRow,
  ServerView,
  Settings,
  ValueInput,
} from '../host';
import { inQuery, daysOf } from './history';
import { organization, type FakeSecret } from './organization';
import { fuzzy } from './fuzzy';
import { sessions, leasesOf } from './devices';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export type Scene =
  | 'noServer'
  | 'signedOut'
  | 'bootstrap'
  | 'signInFailed'
  | 'signingIn'
  | 'locked'
  | 'signedIn'
  | 'offline'
  | 'keyringLocked'
  | 'keyringAbsent'
  | 'rolledBack'
  | 'violated'
  | 'empty'
  | 'failing'
  | 'slow';

export interface FakeOptions {
  scene?: Scene;
  now?: () => number;
  /** Milliseconds before each answer. */
  delay?: number;
  /** At least so many secrets. */
  many?: number;
}

/** What a test may do to the world behind the page's back. */
export interface FakeHost extends Host {
  emit<E extends keyof HostEvents>(event: E, payload: HostEvents[E]): void;
  setState(part: Partial<AppState>): void;
  /** The next call of a command is refused. */
  refuse(command: keyof Host, code: string): void;
  calls: { command: string; args: unknown[] }[];
  clipboard: string | null;
}

const server: ServerView = {
  origin: 'https://vault.northwind.example',
  organization: 'Northwind',
  fingerprint: '9f2c41d07ab8e35516c0d9a7e4428b1f6035ce917d20fa84b36e5892c1d7f40a',
  bootstrapOpen: false,
};

function refusal(code: string, detail: string | null = null): Problem {
  return { code, message: '', detail, remedy: null };
}

export function fakeHost({ scene = 'signedIn', now = Date.now, delay = 0, many = 0 }: FakeOptions = {}): FakeHost {
  const start = now();
  const world = organization(start, many);
  if (scene === 'empty') {
    world.secrets = [];
    world.places = [];
    world.history = [];
  }
  const listeners = new Map<keyof HostEvents, Set<(payload: never) => void>>();
  const refusals = new Map<string, string>();
  let clipboardTimer: ReturnType<typeof setTimeout> | undefined;
  let signIn: { resolve: () => void; reject: (reason: Problem) => void } | null = null;
  let nextId = 1;
  let settings: Settings = { theme: 'system', lockAfterMinutes: 10, clipboardSeconds: 30, revealSeconds: 30 };
  let devices = sessions(start);
  let requests = scene === 'empty' ? [] : initialRequests();
  let state: AppState = {
    session: sessionOf(scene),
    connection:
      scene === 'offline'
        ? { type: 'offline', since: start - 3 * hour, lastSync: start - 3 * hour, reason: 'unreachable' }
        : { type: 'online', lastSync: start - 4_000, progress: null },
    keyring:
      scene === 'keyringLocked'
        ? { type: 'locked', detail: null }
        : scene === 'keyringAbsent'
          ? { type: 'absent', detail: null }
          : scene === 'rolledBack'
            ? { type: 'rolledBack', detail: null }
            : { type: 'ok' },
    log:
      scene === 'violated'
        ? { type: 'violated', words: 'Entry 48,091 was in the log this morning and is now another one.' }
        : { type: 'whole' },
    version: '0.1.0',
  };
  for (const request of requests) attach(request);

  const host: FakeHost = {
    calls: [],
    clipboard: null,
    emit,
    setState(part) {
      state = { ...state, ...part };
      emit('stateChanged', state);
    },
    refuse: (command, code) => void refusals.set(command, code),
    on(event, listener) {
      const set = listeners.get(event) ?? new Set();
      listeners.set(event, set.add(listener as (payload: never) => void));
      return () => set.delete(listener as (payload: never) => void);
    },

    state: () => answer('state', [], () => state),
    connectServer: (origin) =>
      answer('connectServer', [origin], () => {
        if (!/^https?:\/\/[^ ]+$/.test(origin)) throw refusal('serverAddressInvalid');
        if (origin.includes('nowhere')) throw refusal('serverUnreachable', `connection refused: ${origin}`);
        return { ...server, origin, bootstrapOpen: origin.includes('new') };
      }),
    confirmServer: (origin) =>
      answer('confirmServer', [origin], () => {
        const pinned = { ...server, origin, bootstrapOpen: origin.includes('new') };
        host.setState({ session: { type: 'signedOut', server: pinned, problem: null } });
      }),
    forgetServer: () => answer('forgetServer', [], () => host.setState({ session: { type: 'noServer' } })),
    signIn: (bootstrapCode) =>
      answer('signIn', [bootstrapCode], () => {
        if (bootstrapCode === 'wrong') throw refusal('bootstrapCodeWrong');
        host.setState({ session: { type: 'signingIn', server, since: now() } });
        return new Promise<void>((resolve, reject) => {
          signIn = { resolve, reject };
          setTimeout(() => {
            if (signIn === null) return;
            signIn = null;
            host.setState({ session: sessionOf('signedIn') });
            resolve();
          }, delay * 30);
        });
      }),
    cancelSignIn: () =>
      answer('cancelSignIn', [], () => {
        signIn?.reject(refusal('signInCancelled'));
        signIn = null;
        host.setState({ session: { type: 'signedOut', server, problem: null } });
      }),
    signOut: () =>
      answer('signOut', [], () => host.setState({ session: { type: 'signedOut', server, problem: null } })),
    lock: () =>
      answer('lock', [], () => {
        host.setState({ session: sessionOf('locked') });
        void host.clearClipboard();
      }),
    unlock: () => answer('unlock', [], () => host.setState({ session: sessionOf('signedIn') })),
    noteActivity: () => answer('noteActivity', [], () => undefined),
    syncNow: () =>
      answer('syncNow', [], () => {
        if (state.connection.type === 'offline') throw refusal('serverUnreachable');
        host.setState({ connection: { type: 'online', lastSync: now(), progress: null } });
      }),

    places: () =>
      answer('places', [], () => ({
        places: world.places,
        favourites: world.secrets.filter((one) => one.favourite && one.deletedAt === null).map(refOf),
        total: world.secrets.filter((one) => one.deletedAt === null).length,
        toAnswer: requests.filter((one) => one.canAnswer && one.state.type === 'open').length,
      })),
    list: (query) =>
      answer('list', [query], () => {
        const here = world.secrets.filter(
          (one) =>
            one.deletedAt === null &&
            (query.place === null || one.path === query.place || one.path.startsWith(`${query.place}/`)) &&
            (query.owner === null || one.owner?.id === query.owner),
        );
        const by = (filter: ListFilter) => here.filter((one) => matches(one, filter));
        const rows = by(query.filter);
        if (query.filter === 'recent') rows.sort((a, b) => (b.lastUsedAt ?? 0) - (a.lastUsedAt ?? 0));
        return {
          total: rows.length,
          offset: query.offset,
          counts: {
            all: here.length,
            due: by('due').length,
            recent: by('recent').length,
            canAsk: by('canAsk').length,
          },
          rows: rows.slice(query.offset, query.offset + query.limit).map(rowOf),
        };
      }),
    search: (text, limit) =>
      answer('search', [text, limit], () => {
        const secrets = world.secrets
          .filter((one) => one.deletedAt === null)
          .flatMap((one) => {
            const name = fuzzy(text, one.envName ?? one.title);
            const path = fuzzy(text, one.path);
            const score = Math.max(
              name?.score ?? -1,
              (path?.score ?? -1) - 5,
              (fuzzy(text, one.title)?.score ?? -1) - 2,
            );
            if (score < 0) return [];
            return [
              {
                score,
                hit: { row: rowOf(one), nameMatches: name?.at ?? [], pathMatches: name ? [] : (path?.at ?? []) },
              },
            ];
          })
          .sort((a, b) => b.score - a.score || (b.hit.row.lastUsedAt ?? 0) - (a.hit.row.lastUsedAt ?? 0))
          .slice(0, limit)
          .map(({ hit }) => hit);
        const people = world.people.flatMap((person) => {
          const found = text === '' ? null : fuzzy(text, person.name);
          const owns = world.secrets.filter((one) => one.owner?.id === person.id).length;
          return found ? [{ person, nameMatches: found.at, owns }] : [];
        });
        return { secrets, people: people.slice(0, 4) };
      }),
    secret: (id) =>
      answer('secret', [id], () => {
        const { secret } = find(id);
        if (secret.knownOnly) {
          return { type: 'knownOnly' as const, ...refOf(secret), owner: secret.owner, canGrant: secret.canGrant };
        }
        return { type: 'full' as const, ...structuredClone(detailOf(secret)) };
      }),
    setFavourite: (id, on) =>
      answer('setFavourite', [id, on], () => {
        find(id).secret.favourite = on;
        emit('changed', { areas: ['places'], secrets: [id] });
      }),
    copyValue: (id, version) =>
      answer('copyValue', [id, version], () => {
        const { secret } = find(id);
        const offline = readable(secret);
        host.clipboard = secret.value;
        const clearsAt = now() + settings.clipboardSeconds * 1_000;
        clearTimeout(clipboardTimer);
        clipboardTimer = setTimeout(() => {
          host.clipboard = null;
          emit('clipboardCleared', { reason: 'time' });
        }, settings.clipboardSeconds * 1_000);
        record(secret, 'copied', offline);
        return { clearsAt, offline };
      }),
    clearClipboard: () =>
      answer('clearClipboard', [], () => {
        clearTimeout(clipboardTimer);
        host.clipboard = null;
        emit('clipboardCleared', { reason: 'asked' });
      }),
    copyText: (text) => answer('copyText', [text], () => void (host.clipboard = text)),
    revealValue: (id, version) =>
      answer('revealValue', [id, version], () => {
        const { secret } = find(id);
        const offline = readable(secret);
        record(secret, 'revealed', offline);
        return {
          value: secret.binary
            ? { type: 'binary' as const, base64: btoa(secret.value), size: secret.value.length }
            : { type: 'text' as const, text: secret.value },
          hidesAt: now() + settings.revealSeconds * 1_000,
          offline,
        };
      }),
    createSecret: (draft) =>
      answer('createSecret', [draft], () => {
        needServer();
        const place = world.places.find((one) => one.id === draft.place);
        const like = world.secrets[0];
        if (!place || !like) throw refusal('notFound');
        const taken = world.secrets.some((one) => one.path === place.path && one.title === draft.title);
        if (taken) throw refusal('nameTaken');
        const id = `new-${nextId++}`;
        const created: FakeSecret = {
          ...structuredClone(detailOf(like)),
          ...draft,
          id,
          path: place.path,
          class: place.class ?? 'unclassified',
          owner: world.me,
          currentVersion: 1,
          versions: [{ number: 1, stage: 'current', createdAt: now(), by: world.me.name, size: sizeOf(draft.value) }],
          rotation: { changedAt: now(), maxAge: 90 * day },
          offline: null,
          favourite: false,
          openRequests: [],
          value: textOf(draft.value),
          binary: draft.value.type === 'binary',
          lastUsedAt: null,
          knownOnly: false,
          canGrant: [],
          deletedAt: null,
        };
        world.secrets.unshift(created);
        record(created, 'created', false);
        emit('changed', { areas: ['secrets', 'places'], secrets: [id] });
        return id;
      }),
    updateMetadata: (id, edit) =>
      answer('updateMetadata', [id, edit], () => {
        needServer();
        const { secret } = find(id);
        if (edit.revision !== secret.revision) throw refusal('conflict');
        Object.assign(secret, edit, { revision: secret.revision + 1 });
        record(secret, 'edited', false);
        emit('changed', { areas: ['secrets'], secrets: [id] });
      }),
    newVersion: (id, value, fulfils) =>
      answer('newVersion', [id, value, fulfils], () => {
        needServer();
        const { secret } = find(id);
        const number = (secret.currentVersion ?? 0) + 1;
        secret.versions = [
          { number, stage: 'current', createdAt: now(), by: world.me.name, size: sizeOf(value) },
          ...secret.versions.map((one, i) => ({ ...one, stage: i === 0 ? ('previous' as const) : ('old' as const) })),
        ];
        secret.currentVersion = number;
        secret.rotation = { changedAt: now(), maxAge: secret.rotation?.maxAge ?? null };
        secret.value = textOf(value);
        secret.binary = value.type === 'binary';
        if (fulfils !== null) close(fulfils, { type: 'done', at: now(), by: world.me.name, version: number });
        record(secret, 'newVersion', false);
        emit('changed', { areas: ['secrets', 'requests', 'history'], secrets: [id] });
        return number;
      }),
    deleteSecret: (id) =>
      answer('deleteSecret', [id], () => {
        needServer();
        find(id).secret.deletedAt = now();
        record(find(id).secret, 'deleted', false);
        emit('changed', { areas: ['secrets', 'places'], secrets: [id] });
      }),
    restoreSecret: (id) =>
      answer('restoreSecret', [id], () => {
        needServer();
        find(id).secret.deletedAt = null;
        record(find(id).secret, 'restored', false);
        emit('changed', { areas: ['secrets', 'places'], secrets: [id] });
      }),
    bin: () =>
      answer('bin', [], () =>
        [
          ...world.secrets.filter((one) => one.deletedAt !== null).map((one) => binRow(one, one.deletedAt ?? 0)),
          ...(scene === 'empty'
            ? []
            : world.secrets.slice(120, 124).map((one, i) => binRow(one, start - (i * 8 + 1) * day))),
        ].sort((a, b) => b.deletedAt - a.deletedAt),
      ),
    keepOffline: (id, on) =>
      answer('keepOffline', [id, on], (): KeptOffline | null => {
        const place = world.places.find((one) => one.id === id);
        if (!place) throw refusal('notFound');
        if (on) needServer();
        place.keptOffline = on ? { values: place.count, readableUntil: now() + (place.offlineFor ?? 0) } : null;
        emit('changed', { areas: ['places'], secrets: [] });
        return place.keptOffline;
      }),

    requests: () =>
      answer('requests', [], () => ({
        mine: requests.filter((one) => one.mine),
        toAnswer: requests.filter((one) => one.canAnswer && one.state.type === 'open'),
        answered: requests.filter((one) => !one.mine && one.state.type !== 'open'),
      })),
    requestRotation: (id, reason) =>
      answer('requestRotation', [id, reason], () => {
        needServer();
        const { secret } = find(id);
        if (secret.openRequests.some((one) => one.mine)) throw refusal('requestExists');
        const request: RotationRequest = {
          id: `request-${nextId++}`,
          secret: refOf(secret),
          reason,
          by: world.me,
          at: now(),
          mine: true,
          canAnswer: false,
          state: { type: 'open' },
        };
        requests = [request, ...requests];
        attach(request);
        record(secret, 'rotationRequested', false);
        emit('changed', { areas: ['requests', 'secrets', 'history'], secrets: [id] });
        return request.id;
      }),
    refuseRequest: (id, words) =>
      answer('refuseRequest', [id, words], () => {
        close(id, { type: 'refused', at: now(), by: world.me.name, words });
        emit('changed', { areas: ['requests', 'secrets'], secrets: [] });
      }),
    withdrawRequest: (id) =>
      answer('withdrawRequest', [id], () => {
        close(id, { type: 'withdrawn', at: now() });
        emit('changed', { areas: ['requests', 'secrets'], secrets: [] });
      }),

    history: (query) =>
      answer('history', [query], () => {
        const rows = inQuery(world.history, query);
        return {
          total: rows.length,
          offset: query.offset,
          rows: rows.slice(query.offset, query.offset + query.limit),
          days: daysOf(rows),
        };
      }),
    proofStatus: () =>
      answer('proofStatus', [], () => ({
        log: state.log,
        entries: world.history.length,
        since: world.history.at(-1)?.at ?? null,
        pending: world.history.filter((one) => one.proof === 'pending').length,
        checkedAt: now() - 4_000,
        checkpoint: { origin: 'northwind.example/claviger', size: 48_112, at: now() - 4_000 },
        witnessed: false,
      })),
    exportHistory: (format, query) =>
      answer('exportHistory', [format, query], () => ({
        path: `~/Documents/claviger-history.${format}`,
        rows: inQuery(world.history, query).length,
      })),

    leases: () => answer('leases', [], () => leasesOf(world.places, start)),
    devices: () => answer('devices', [], () => devices),
    endSession: (id) =>
      answer('endSession', [id], () => {
        devices = devices.map((one) => ({ ...one, sessions: one.sessions.filter((session) => session.id !== id) }));
        emit('changed', { areas: ['devices'], secrets: [] });
      }),
    endDevice: (id) =>
      answer('endDevice', [id], () => {
        devices = devices.map((one) => (one.id === id ? { ...one, state: 'ending' as const, sessions: [] } : one));
        emit('changed', { areas: ['devices'], secrets: [] });
      }),
    settings: () => answer('settings', [], () => settings),
    setSettings: (next) => answer('setSettings', [next], () => void (settings = next)),
  };
  return host;

  async function answer<T>(command: string, args: unknown[], make: () => T | Promise<T>): Promise<T> {
    host.calls.push({ command, args });
    const wait = scene === 'slow' && !['state', 'settings', 'setSettings'].includes(command) ? 60_000 : delay;
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const code = refusals.get(command);
    refusals.delete(command);
    if (code !== undefined) throw refusal(code);
    if (
      scene === 'failing' &&
      ['list', 'secret', 'history', 'requests', 'bin', 'devices', 'proofStatus'].includes(command)
    ) {
      throw refusal('serverError', 'request 7c1f-22: upstream timed out');
    }
    return make();
  }

  function emit<E extends keyof HostEvents>(event: E, payload: HostEvents[E]): void {
    for (const listener of listeners.get(event) ?? []) listener(payload as never);
  }

  function sessionOf(wanted: Scene): AppState['session'] {
    if (wanted === 'noServer') return { type: 'noServer' };
    if (wanted === 'signedOut') return { type: 'signedOut', server, problem: null };
    if (wanted === 'bootstrap') return { type: 'signedOut', server: { ...server, bootstrapOpen: true }, problem: null };
    if (wanted === 'signInFailed')
      return {
        type: 'signedOut',
        server,
        problem: refusal('consentDenied', 'access_denied: The resource owner denied the request'),
      };
    if (wanted === 'signingIn') return { type: 'signingIn', server, since: start - 12_000 };
    if (wanted === 'locked') {
      return { type: 'locked', server, person: world.me, since: now() - 14 * minute, reason: 'idle', unlock: 'device' };
    }
    return {
      type: 'signedIn',
      server,
      person: world.me,
      device: { id: 'device-1', name: 'ThinkPad X1' },
      session: { id: 'session-1', startedAt: start - 3 * hour, endsAt: start + 9 * hour },
    };
  }

  function find(id: Id): { secret: FakeSecret } {
    const secret = world.secrets.find((one) => one.id === id);
    if (!secret) throw refusal('notFound');
    return { secret };
  }

  function needServer(): void {
    if (state.connection.type === 'offline') throw refusal('offline');
  }

  /** Whether the read comes from the offline copy; refused when there is none. */
  function readable(secret: FakeSecret): boolean {
    if (!secret.rights.reveal) throw refusal('forbidden');
    if (state.connection.type !== 'offline') return false;
    if (secret.offline === null) throw refusal('notLeased');
    return true;
  }

  function record(
    secret: FakeSecret,
    action: 'copied' | 'revealed' | 'created' | 'edited' | 'newVersion' | 'deleted' | 'restored' | 'rotationRequested',
    offline: boolean,
  ): void {
    secret.lastUsedAt = ['copied', 'revealed'].includes(action) ? now() : secret.lastUsedAt;
    world.history.unshift({
      id: `recorded-${nextId++}`,
      at: now(),
      action,
      group: ['copied', 'revealed'].includes(action)
        ? 'reads'
        : action === 'rotationRequested'
          ? 'requests'
          : 'changes',
      secret: refOf(secret),
      version: secret.currentVersion,
      by: null,
      program: null,
      device: 'ThinkPad X1',
      address: offline ? null : '10.2.8.14',
      offline,
      deviceReported: offline,
      refused: null,
      proof: offline ? 'pending' : 'inLog',
    });
    emit('changed', { areas: ['history'], secrets: [secret.id] });
  }

  function matches(secret: FakeSecret, filter: ListFilter): boolean {
    if (filter === 'due') return dueAt(secret) !== null;
    if (filter === 'recent') return secret.lastUsedAt !== null && secret.lastUsedAt > now() - 14 * day;
    if (filter === 'canAsk') return secret.knownOnly;
    return true;
  }

  function dueAt(secret: FakeSecret): number | null {
    if (secret.knownOnly || !secret.rotation?.maxAge) return null;
    const at = secret.rotation.changedAt + secret.rotation.maxAge;
    return at < now() + 10 * day ? at : null;
  }

  function rowOf(secret: FakeSecret): SecretRow {
    const due = dueAt(secret);
    const tag: SecretRow['tag'] = secret.knownOnly
      ? { type: 'ask' }
      : secret.expiresAt !== null
        ? { type: 'expires', at: secret.expiresAt }
        : secret.openRequests.length > 0
          ? { type: 'requested' }
          : due !== null
            ? { type: 'due', at: due }
            : secret.rights.reveal
              ? null
              : { type: 'useOnly' };
    return { ...refOf(secret), kind: secret.kind, lastUsedAt: secret.lastUsedAt, tag, knownOnly: secret.knownOnly };
  }

  function binRow(secret: FakeSecret, deletedAt: number) {
    return {
      ...refOf(secret),
      kind: secret.kind,
      deletedAt,
      deletedBy: secret.owner?.name ?? 'Lin Sato',
      goneAt: deletedAt + 30 * day,
      canRestore: secret.rights.delete,
    };
  }

  function attach(request: RotationRequest): void {
    const secret = world.secrets.find((one) => one.id === request.secret.id);
    if (secret && request.state.type === 'open') secret.openRequests = [request, ...secret.openRequests];
  }

  function close(id: Id, end: RotationRequest['state']): void {
    const open = requests.find((one) => one.id === id);
    if (!open || open.state.type !== 'open') throw refusal('requestClosed');
    requests = requests.map((one) => (one.id === id ? { ...one, state: end } : one));
    for (const secret of world.secrets) secret.openRequests = secret.openRequests.filter((one) => one.id !== id);
  }

  function initialRequests(): RotationRequest[] {
    const made = (
      n: number,
      i: number,
      by: number,
      reason: string,
      ago: number,
      end: RotationRequest['state'],
    ): RotationRequest => ({
      id: `seed-${n}`,
      secret: refOf(world.secrets[i] as FakeSecret),
      reason,
      by: by < 0 ? world.me : (world.people[by] ?? world.me),
      at: start - ago,
      mine: by < 0,
      canAnswer: by >= 0,
      state: end,
    });
    return [
      made(1, 8, 4, 'A contractor who left on Friday had read it on a laptop of his own.', 2 * hour, { type: 'open' }),
      made(2, 12, 3, 'It was pasted into a ticket by mistake; the ticket is deleted, but mails went out.', 26 * hour, {
        type: 'open',
      }),
      made(3, 5, 0, 'Moving to the new cluster next week.', 3 * day, { type: 'open' }),
      made(4, 2, -1, 'The webhook endpoint logged its headers for two days.', 5 * hour, { type: 'open' }),
      made(5, 41, -1, 'Older than 90 days.', 12 * day, {
        type: 'done',
        at: start - 11 * day,
        by: 'Mara Okafor',
        version: 4,
      }),
      made(6, 47, -1, 'I am not sure who else has it.', 30 * day, {
        type: 'refused',
        at: start - 29 * day,
        by: 'Ines Moreau',
        words: 'It was rotated the day before; see version 3.',
      }),
      made(7, 52, 5, 'Quarterly change.', 40 * day, {
        type: 'done',
        at: start - 38 * day,
        by: 'Aoife Byrne',
        version: 2,
      }),
    ];
  }
}

function refOf(secret: SecretRef): SecretRef {
  return { id: secret.id, title: secret.title, envName: secret.envName, path: secret.path };
}

function detailOf(secret: FakeSecret): SecretDetail {
  const {
    value: _value,
    binary: _binary,
    lastUsedAt: _used,
    knownOnly: _known,
    canGrant: _grant,
    deletedAt: _deleted,
    ...detail
  } = secret;
  return detail;
}

function textOf(value: ValueInput): string {
  return value.type === 'text' ? value.text : atob(value.base64);
}

function sizeOf(value: ValueInput): number {
  return new TextEncoder().encode(textOf(value)).length;
}
