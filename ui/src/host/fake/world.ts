/** Everything that is invented, and what can be done to it. */
import type { DeviceView, Settings } from '../device';
import type { HostEvents } from '../host';
import type { ListFilter, SecretRow } from '../lists';
import type { OffboardingRights } from '../offboarding';
import type { Id, Problem } from '../primitives';
import type { AccessRequest, AccessState, AnyRequest, ApproveAccess, RotationRequest } from '../requests';
import type { AppState, PersonRef } from '../state';
import { sessions } from './devices';
import { type FakeSecret, organization } from './organization';
import { type Scene, sessionOf, stateOf } from './scene';
import { seededAccess } from './seeded-access';
import { olderRequests, seededRequests } from './seeded-requests';
import { day, refOf, refusal } from './shapes';

export interface FakeOptions {
  scene?: Scene;
  now?: () => number;
  /** Milliseconds before each answer. */
  delay?: number;
  /** At least so many secrets. */
  many?: number;
  /** Somebody else has drawn emergency access. */
  drawn?: boolean;
  /** Others hold more emergency rights than are shown. */
  manyRights?: boolean;
  /** The sign-in is too old for looking at grants: at places that show, or at places that do not show either. */
  stale?: 'shown' | 'hidden' | null;
  /** What the person may do about offboarding; everything unless said otherwise. */
  offboarding?: Partial<OffboardingRights>;
}

/** The invented world behind a fake host, and what all its answers have in common. */
export class FakeWorld {
  readonly scene: Scene;
  readonly now: () => number;
  readonly delay: number;
  readonly drawn: boolean;
  readonly manyRights: boolean;
  readonly stale: 'shown' | 'hidden' | null;
  readonly offboarding: OffboardingRights;
  readonly start: number;
  readonly world: ReturnType<typeof organization>;
  readonly listeners = new Map<keyof HostEvents, Set<(payload: never) => void>>();
  readonly refusals = new Map<string, string>();
  readonly calls: { command: string; args: unknown[] }[] = [];
  clipboard: string | null = null;
  clipboardTimer: ReturnType<typeof setTimeout> | undefined;
  signIn: { resolve: () => void; reject: (reason: Problem) => void } | null = null;
  nextId = 1;
  /** Teams into which somebody was put since. */
  readonly filled = new Set<string>();
  /** Roles that the first Owner has given. */
  given: { id: Id; name: string }[] = [];
  settings: Settings = { theme: 'system', lockAfterMinutes: 10, clipboardSeconds: 30, revealSeconds: 30 };
  devices: DeviceView[];
  requests: RotationRequest[];
  access: AccessRequest[];
  /** Requests that only the server keeps. */
  older: AnyRequest[];
  state: AppState;

  constructor({
    scene = 'signedIn',
    now = Date.now,
    delay = 0,
    many = 0,
    drawn = false,
    manyRights = false,
    stale = null,
    offboarding = {},
  }: FakeOptions = {}) {
    this.scene = scene;
    this.now = now;
    this.delay = delay;
    this.drawn = drawn;
    this.manyRights = manyRights;
    this.stale = stale;
    this.offboarding = { conduct: true, own: true, enable: true, give: true, ...offboarding };
    this.start = now();
    this.world = organization(this.start, many);
    if (scene === 'empty' || scene === 'founding') {
      this.world.secrets = [];
      this.world.places = [];
      this.world.history = [];
    }
    this.devices = sessions(this.start);
    const bare = scene === 'empty' || scene === 'founding';
    this.requests = bare ? [] : seededRequests(this.world, this.start);
    this.access = bare ? [] : seededAccess(this.world, this.start);
    this.older = bare ? [] : olderRequests(this.world, this.start);
    this.state = stateOf(scene, this.world.me, this.start);
    for (const request of this.requests) this.attach(request);
  }

  setState(part: Partial<AppState>): void {
    this.state = { ...this.state, ...part };
    this.emit('stateChanged', this.state);
  }

  session(scene: Scene): AppState['session'] {
    return sessionOf(scene, this.world.me, this.start, this.now());
  }

  async answer<T>(command: string, args: unknown[], make: () => T | Promise<T>): Promise<T> {
    this.calls.push({ command, args });
    const wait = this.scene === 'slow' && !['state', 'settings', 'setSettings'].includes(command) ? 60_000 : this.delay;
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const code = this.refusals.get(command);
    this.refusals.delete(command);
    if (code !== undefined) throw refusal(code);
    if (
      this.scene === 'failing' &&
      ['list', 'secret', 'history', 'requests', 'bin', 'devices', 'proofStatus'].includes(command)
    ) {
      throw refusal('serverError', 'request 7c1f-22: upstream timed out');
    }
    return make();
  }

  emit<E extends keyof HostEvents>(event: E, payload: HostEvents[E]): void {
    for (const listener of this.listeners.get(event) ?? []) listener(payload as never);
  }

  person(id: Id): PersonRef {
    const found = [...this.world.people, this.world.me].find((one) => one.id === id);
    if (!found) throw refusal('notFound');
    return found;
  }

  find(id: Id): { secret: FakeSecret } {
    const secret = this.world.secrets.find((one) => one.id === id);
    if (!secret) throw refusal('notFound');
    return { secret };
  }

  needServer(): void {
    if (this.state.connection.type === 'offline') throw refusal('offline');
  }

  /** Whether the read comes from the offline copy; refused when there is none. */
  readable(secret: FakeSecret): boolean {
    if (!secret.rights.reveal) throw refusal('forbidden');
    if (this.state.connection.type !== 'offline') return false;
    if (secret.offline === null) throw refusal('notLeased');
    return true;
  }

  record(
    secret: FakeSecret,
    action: 'copied' | 'revealed' | 'created' | 'edited' | 'newVersion' | 'deleted' | 'restored' | 'rotationRequested',
    offline: boolean,
  ): void {
    secret.lastUsedAt = ['copied', 'revealed'].includes(action) ? this.now() : secret.lastUsedAt;
    this.world.history.unshift({
      id: `recorded-${this.nextId++}`,
      at: this.now(),
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
      proof: offline ? 'unsent' : 'inLog',
    });
    this.emit('changed', { areas: ['history'], secrets: [secret.id] });
  }

  matches(secret: FakeSecret, filter: ListFilter): boolean {
    if (filter === 'due') return this.dueAt(secret) !== null;
    if (filter === 'recent') return secret.lastUsedAt !== null && secret.lastUsedAt > this.now() - 14 * day;
    if (filter === 'canAsk') return secret.knownOnly;
    return true;
  }

  dueAt(secret: FakeSecret): number | null {
    if (secret.knownOnly || !secret.rotation?.maxAge) return null;
    const at = secret.rotation.changedAt + secret.rotation.maxAge;
    return at < this.now() + 10 * day ? at : null;
  }

  rowOf(secret: FakeSecret): SecretRow {
    const due = this.dueAt(secret);
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

  binRow(secret: FakeSecret, deletedAt: number) {
    return {
      ...refOf(secret),
      kind: secret.kind,
      deletedAt,
      deletedBy: secret.owner?.name ?? 'Lin Sato',
      goneAt: deletedAt + 30 * day,
      canRestore: secret.rights.delete,
    };
  }

  attach(request: RotationRequest): void {
    const secret = this.world.secrets.find((one) => one.id === request.secret.id);
    if (secret && request.state.type === 'open') secret.openRequests = [request, ...secret.openRequests];
  }

  /** Ends a request for access; false when there is none of this id. */
  closeAccess(id: Id, state: AccessState): boolean {
    const open = this.access.find((one) => one.id === id);
    if (!open) return false;
    if (open.state.type !== 'open') throw refusal('requestClosed');
    const can = { approve: false, refuse: false, withdraw: false, handBack: false };
    this.access = this.access.map((one) => (one.id === id ? { ...one, state, can } : one));
    return true;
  }

  approveAccess(id: Id, terms: ApproveAccess): void {
    const now = this.now();
    if (!this.closeAccess(id, { type: 'approved', at: now, by: this.world.me.name, lives: true })) {
      const approved = { canApprove: false, waitsForApproval: false };
      this.requests = this.requests.map((one) => (one.id === id ? { ...one, ...approved } : one));
      return;
    }
    this.access = this.access.map((one) =>
      one.id !== id
        ? one
        : {
            ...one,
            given: {
              roleName: one.roleName,
              path: terms.place ?? one.path,
              endsAt: now + (terms.seconds ?? one.seconds) * 1_000,
              endedAt: null,
              endedBy: null,
              byRule: false,
            },
          },
    );
  }

  close(id: Id, end: RotationRequest['state']): void {
    const open = this.requests.find((one) => one.id === id);
    if (!open || open.state.type !== 'open') throw refusal('requestClosed');
    this.requests = this.requests.map((one) => (one.id === id ? { ...one, state: end, canWithdraw: false } : one));
    for (const secret of this.world.secrets) secret.openRequests = secret.openRequests.filter((one) => one.id !== id);
  }
}
