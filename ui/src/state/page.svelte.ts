import { createContext } from 'svelte';
import type { Command } from '../keyboard/shortcuts';
import { asProblem } from '../errors';
import type { PrincipalView } from '../host/access';
import type { DeviceView, LeaseSummary } from '../host/device';
import type { EmergencyRight } from '../host/emergency';
import type { ChangedArea, Host } from '../host/host';
import type { LinkView } from '../host/notices';
import type { SuspectRef } from '../host/offboarding';
import type { Id } from '../host/primitives';
import type { RequestsView } from '../host/requests';
import type { BinRow } from '../host/secrets';
import type { AppState } from '../host/state';
import { count } from '../words/names';
import { Access } from './access.svelte';
import { SecretActions } from './actions';
import { Clock } from './clock.svelte';
import { Commands } from './commands';
import { Dialogs } from './dialogs.svelte';
import { EarlierRequests } from './earlier.svelte';
import { Emergency } from './emergency.svelte';
import { MyHistory } from './history.svelte';
import { follow, followOpened } from './links';
import { Notices } from './notices.svelte';
import { Offboarding } from './offboarding.svelte';
import { Organization } from './organization.svelte';
import { Preferences } from './preferences.svelte';
import { Query } from './query.svelte';
import { Toasts } from './toasts.svelte';
import { Values } from './values.svelte';
import { Vault } from './vault.svelte';

export type View =
  'vault' | 'requests' | 'notices' | 'access' | 'organization' | 'offboarding' | 'history' | 'bin' | 'settings';

const starting: AppState = {
  session: { type: 'starting' },
  connection: { type: 'connecting' },
  keyring: { type: 'ok' },
  log: { type: 'unproven', words: '' },
  storage: null,
  version: '',
};

const activityEvery = 15_000;

/** Everything the page knows, handed down by context. */
export class Page {
  readonly host: Host;
  readonly clock: Clock;
  readonly toasts = new Toasts();
  readonly dialogs = new Dialogs();
  readonly values: Values;
  readonly vault: Vault;
  readonly access: Access;
  readonly emergency: Emergency;
  readonly organization: Organization;
  readonly offboarding: Offboarding;
  readonly history: MyHistory;
  readonly notices: Notices;
  readonly preferences: Preferences;
  readonly actions: SecretActions;
  readonly commands: Commands;
  readonly requests = new Query<RequestsView>();
  readonly earlier: EarlierRequests;
  readonly bin = new Query<BinRow[]>();
  readonly devices = new Query<DeviceView[]>();
  readonly leases = new Query<LeaseSummary[]>();
  app = $state.raw<AppState>(starting);
  view = $state<View>('vault');
  /** The places, where the window is too narrow to show them beside the list. */
  placesOpen = $state(false);
  /** A link that came while something was being written. */
  waiting = $state.raw<LinkView | null>(null);
  /** What a link led to, until one goes elsewhere. */
  pointed = $state<Id | null>(null);
  #lastActivity = 0;

  constructor(host: Host, clock = new Clock()) {
    this.host = host;
    this.clock = clock;
    this.values = new Values(host, clock);
    this.vault = new Vault(host, this.values);
    this.access = new Access(host);
    this.emergency = new Emergency(host, () => clock.coarse);
    this.earlier = new EarlierRequests(host);
    this.organization = new Organization(host);
    this.offboarding = new Offboarding(host);
    this.history = new MyHistory(host, clock);
    this.notices = new Notices(host);
    this.preferences = new Preferences(host);
    this.actions = new SecretActions(this);
    this.commands = new Commands(this);
  }

  get offline(): boolean {
    return this.app.connection.type === 'offline';
  }

  /** Nothing is here yet, and it is for this person to begin. */
  get founds(): boolean {
    const empty = this.vault.places.value?.total === 0;
    return empty && this.organization.root?.may.create === true;
  }

  /** Something is being written that a link must not take away. */
  get writing(): boolean {
    const dialog = this.dialogs.current?.type ?? null;
    if (dialog !== null && dialog !== 'palette' && dialog !== 'shortcuts') return true;
    return this.view === 'organization' && this.organization.guardrailId !== null;
  }

  /** Listens and asks for the state; what it returns ends both. */
  start(): () => void {
    let heard = false;
    const ends = [
      this.clock.start(),
      this.host.on('stateChanged', (state) => {
        heard = true;
        this.#enter(state);
      }),
      this.host.on('changed', ({ areas }) => void this.refresh(areas)),
      this.host.on('linkWaits', () => void this.#followLink()),
      this.host.on('clipboardCleared', () => this.values.cleared()),
      this.host.on('orderExecuted', ({ scope, secrets, values }) => {
        const copies = values === 0 ? '' : ` ${count(values, 'copy was', 'copies were')} destroyed on this device.`;
        this.toasts.note(`Your access to ${scope} ended: ${count(secrets, 'secret')}.${copies}`);
      }),
    ];
    void this.attempt(async () => {
      const state = await this.host.state();
      // What was announced meanwhile is newer than the answer.
      if (!heard) this.#enter(state);
    });
    void this.attempt(() => this.preferences.load());
    return () => ends.forEach((end) => end());
  }

  /** Runs something the person asked for; what goes wrong is said in a message. True when it worked. */
  async attempt(deed: () => Promise<unknown>): Promise<boolean> {
    try {
      await deed();
      return true;
    } catch (thrown) {
      this.toasts.problem(asProblem(thrown));
      return false;
    }
  }

  go(view: View): void {
    if (view !== this.view) this.values.hide();
    if (view === 'vault') this.pointed = null;
    if (view !== 'requests') this.earlier.forget();
    this.view = view;
    this.placesOpen = false;
    void this.#load(view);
  }

  async refresh(areas: readonly ChangedArea[]): Promise<void> {
    if (this.app.session.type !== 'signedIn') return;
    const has = (...wanted: ChangedArea[]) => wanted.some((area) => areas.includes(area));
    const asked: Promise<unknown>[] = [];
    if (has('places', 'secrets', 'requests', 'history')) asked.push(this.vault.refresh());
    if (has('requests') && this.requests.status.type !== 'idle') asked.push(this.#askRequests());
    if (has('requests') && this.view === 'requests') asked.push(this.earlier.again());
    if (has('emergency')) asked.push(this.emergency.load());
    if (has('places')) asked.push(this.#learnAccess(), this.#learnOrganization(), this.#learnOffboarding());
    if (has('history') && this.view === 'history') asked.push(this.history.load());
    if (has('secrets') && this.view === 'bin') asked.push(this.#askBin());
    if (has('devices', 'places') && this.view === 'settings') asked.push(this.#askDevices());
    if (has('notices', 'requests')) asked.push(this.notices.load());
    if (has('settings')) asked.push(this.attempt(() => this.preferences.load()));
    await Promise.all(asked);
  }

  /** The list that is in sight answers the moves; what it returns ends that. */
  onMove(listener: (command: Command) => void): () => void {
    return this.commands.onMove(listener);
  }

  /** Whether a command is for this person and can be obeyed now. */
  may(command: Command): boolean {
    return this.commands.may(command);
  }

  /** Does what a shortcut means. */
  obey(command: Command): void {
    this.commands.obey(command);
  }

  /** Asks for access at a place, or at one that is still to be chosen. */
  askAccess(place: Id | null): void {
    this.dialogs.open({ type: 'askAccess', place, secret: null, extend: null, action: null });
  }

  /** Why somebody else can or cannot do something at a place; where one first may look when none is meant. */
  explainOf(who: PrincipalView, place: Id | null): void {
    const places = this.access.places.value ?? [];
    const at = places.find((one) => one.id === place) ?? places[0];
    if (!at) return;
    const about = { type: 'place', id: at.id } as const;
    this.dialogs.open({ type: 'explain', about, name: who.person.name, action: 'secret.reveal', who });
  }

  /** Opens the dialog, with the place or the person that is looked at. */
  giveAccess(): void {
    const looking = this.view === 'access';
    this.dialogs.open({
      type: 'giveAccess',
      place: looking ? this.access.place : this.vault.place,
      principal: looking && this.access.mode === 'person' ? this.access.person : null,
      action: null,
    });
  }

  /** Shows what somebody or something reaches and holds. */
  examine(suspect: SuspectRef): void {
    if (this.view !== 'offboarding') this.values.hide();
    this.view = 'offboarding';
    this.placesOpen = false;
    void this.offboarding.examine(suspect);
  }

  /** Opens the dialog for a right of one's own; the first one when none is meant. */
  drawEmergency(right: EmergencyRight | null): void {
    const meant = right ?? this.emergency.drawable[0];
    if (meant) this.dialogs.open({ type: 'drawEmergency', right: meant });
  }

  /** Goes where a link leads that had to wait. */
  async followWaiting(): Promise<void> {
    const link = this.waiting;
    if (link === null || this.writing || this.app.session.type !== 'signedIn') return;
    this.waiting = null;
    await this.attempt(() => follow(this, link));
  }

  /** The person did something; told to the host now and then. */
  noteActivity(): void {
    const now = this.clock.now();
    if (this.app.session.type !== 'signedIn' || now - this.#lastActivity < activityEvery) return;
    this.#lastActivity = now;
    this.host.noteActivity().catch(() => undefined);
  }

  #enter(state: AppState): void {
    const before = this.app.session.type;
    this.app = state;
    const after = state.session.type;
    if (after === 'signedIn' && before !== 'signedIn') {
      void this.vault.load();
      void this.emergency.load();
      void this.#learnAccess();
      void this.#learnOrganization();
      void this.#learnOffboarding();
      void this.notices.load();
      void this.#load(this.view).then(() => this.#followLink());
    }
    if (before === 'signedIn' && after !== 'signedIn') this.#leave(after === 'locked');
  }

  /** Nothing of the vault stays in the page once it is locked or left. */
  #leave(locked: boolean): void {
    this.vault.forget();
    this.history.forget();
    this.access.forget();
    this.emergency.forget();
    this.earlier.forget();
    this.organization.forget();
    this.offboarding.forget();
    this.notices.forget();
    for (const query of [this.requests, this.bin, this.devices, this.leases]) query.forget();
    this.dialogs.close();
    this.toasts.clear();
    this.placesOpen = false;
    if (!locked) {
      this.view = 'vault';
      this.vault.place = null;
      this.values.cleared();
      this.waiting = null;
    }
  }

  /** Only where somebody is signed in; until then the host keeps the link. */
  async #followLink(): Promise<void> {
    if (this.app.session.type === 'signedIn') await followOpened(this);
  }

  async #load(view: View): Promise<void> {
    if (view === 'requests') await this.#askRequests();
    if (view === 'access') await this.access.load();
    if (view === 'organization') await this.organization.load();
    if (view === 'offboarding') await this.offboarding.load();
    if (view === 'history') await this.history.load();
    if (view === 'bin') await this.#askBin();
    if (view === 'notices') await this.notices.load();
    if (view === 'settings') await Promise.all([this.#askDevices(), this.notices.loadWishes()]);
  }

  /** Whoever may look nowhere any more is shown something else. */
  async #learnAccess(): Promise<void> {
    await this.access.learn();
    if (this.view !== 'access') return;
    if (this.access.open) await this.access.load();
    else this.go('vault');
  }

  async #learnOrganization(): Promise<void> {
    await this.organization.learn();
    if (this.view !== 'organization') return;
    if (this.organization.open) await this.organization.load();
    else this.go('vault');
  }

  /** What it shows is asked for by itself; here only whether it is still for this person. */
  async #learnOffboarding(): Promise<void> {
    await this.offboarding.learn();
    if (this.view === 'offboarding' && !this.offboarding.open) this.go('vault');
  }

  #askRequests(): Promise<void> {
    return this.requests.ask(() => this.host.requests());
  }

  #askBin(): Promise<void> {
    return this.bin.ask(() => this.host.bin());
  }

  async #askDevices(): Promise<void> {
    await Promise.all([this.devices.ask(() => this.host.devices()), this.leases.ask(() => this.host.leases())]);
  }
}

export const [usePage, providePage] = createContext<Page>();
