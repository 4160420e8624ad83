import { createContext } from 'svelte';
import type { Command } from '../keyboard/shortcuts';
import { asProblem } from '../errors';
import type { DeviceView, LeaseSummary } from '../host/device';
import type { ChangedArea, Host } from '../host/host';
import type { RequestsView } from '../host/requests';
import type { BinRow } from '../host/secrets';
import type { AppState } from '../host/state';
import { count } from '../words/names';
import { Access } from './access.svelte';
import { SecretActions } from './actions';
import { Clock } from './clock.svelte';
import { Dialogs } from './dialogs.svelte';
import { MyHistory } from './history.svelte';
import { Organization } from './organization.svelte';
import { Preferences } from './preferences.svelte';
import { Query } from './query.svelte';
import { Toasts } from './toasts.svelte';
import { Values } from './values.svelte';
import { Vault } from './vault.svelte';

export type View = 'vault' | 'requests' | 'access' | 'organization' | 'history' | 'bin' | 'settings';

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
  readonly organization: Organization;
  readonly history: MyHistory;
  readonly preferences: Preferences;
  readonly actions: SecretActions;
  readonly requests = new Query<RequestsView>();
  readonly bin = new Query<BinRow[]>();
  readonly devices = new Query<DeviceView[]>();
  readonly leases = new Query<LeaseSummary[]>();
  app = $state.raw<AppState>(starting);
  view = $state<View>('vault');
  /** The places, where the window is too narrow to show them beside the list. */
  placesOpen = $state(false);
  #lastActivity = 0;
  #move: ((command: Command) => void) | null = null;

  constructor(host: Host, clock = new Clock()) {
    this.host = host;
    this.clock = clock;
    this.values = new Values(host, clock);
    this.vault = new Vault(host, this.values);
    this.access = new Access(host);
    this.organization = new Organization(host);
    this.history = new MyHistory(host, clock);
    this.preferences = new Preferences(host);
    this.actions = new SecretActions(this);
  }

  get offline(): boolean {
    return this.app.connection.type === 'offline';
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
    if (has('places')) asked.push(this.#learnAccess(), this.#learnOrganization());
    if (has('history') && this.view === 'history') asked.push(this.history.load());
    if (has('secrets') && this.view === 'bin') asked.push(this.#askBin());
    if (has('devices', 'places') && this.view === 'settings') asked.push(this.#askDevices());
    if (has('settings')) asked.push(this.attempt(() => this.preferences.load()));
    await Promise.all(asked);
  }

  /** The list that is in sight answers the moves; what it returns ends that. */
  onMove(listener: (command: Command) => void): () => void {
    this.#move = listener;
    return () => {
      if (this.#move === listener) this.#move = null;
    };
  }

  /** Whether a command is for this person and can be obeyed now. */
  may(command: Command): boolean {
    if (command === 'create') return !this.offline;
    if (command === 'giveAccess') return !this.offline && this.access.givesSomewhere;
    if (command === 'goAccess') return this.access.open;
    if (command === 'goOrganization') return this.organization.open;
    return true;
  }

  /** Does what a shortcut means. */
  obey(command: Command): void {
    const { dialogs, host, values } = this;
    const signedIn = this.app.session.type === 'signedIn';
    if (!signedIn || !this.may(command)) return;
    switch (command) {
      case 'find':
        return dialogs.open({ type: 'palette' });
      case 'shortcuts':
        return dialogs.open({ type: 'shortcuts' });
      case 'create':
        return dialogs.open({ type: 'create', place: this.vault.place });
      case 'lock':
        return void this.attempt(() => host.lock());
      case 'sync':
        return void this.attempt(() => host.syncNow());
      case 'places':
        this.placesOpen = !this.placesOpen;
        return;
      case 'goVault':
        return this.go('vault');
      case 'goRequests':
        return this.go('requests');
      case 'goHistory':
        return this.go('history');
      case 'goBin':
        return this.go('bin');
      case 'goAccess':
        return this.go('access');
      case 'goOrganization':
        return this.go('organization');
      case 'giveAccess':
        return this.giveAccess();
      case 'goSettings':
        return this.go('settings');
      case 'copy':
        return void this.actions.copySelected();
      case 'reveal':
        if (this.view === 'vault') void this.actions.toggleReveal();
        return;
      case 'hide':
        return values.hide();
      case 'favourite':
        return void this.actions.toggleFavourite();
      default:
        return this.offline || !this.#obeyOnline(command) ? this.#move?.(command) : undefined;
    }
  }

  /** Opens the dialog, with the place or the person that is looked at. */
  giveAccess(): void {
    const looking = this.view === 'access';
    this.dialogs.open({
      type: 'giveAccess',
      place: looking ? this.access.place : this.vault.place,
      principal: looking && this.access.mode === 'person' ? this.access.person : null,
    });
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
      void this.#learnAccess();
      void this.#learnOrganization();
      void this.#load(this.view);
    }
    if (before === 'signedIn' && after !== 'signedIn') this.#leave(after === 'locked');
  }

  /** What needs the server; false when the command is another one. */
  #obeyOnline(command: Command): boolean {
    const { actions } = this;
    if (command === 'edit') actions.edit();
    else if (command === 'newVersion') actions.newVersion();
    else if (command === 'rotation') actions.requestRotation();
    else if (command === 'delete') actions.delete();
    else return false;
    return true;
  }

  /** Nothing of the vault stays in the page once it is locked or left. */
  #leave(locked: boolean): void {
    this.vault.forget();
    this.history.forget();
    this.access.forget();
    this.organization.forget();
    for (const query of [this.requests, this.bin, this.devices, this.leases]) query.forget();
    this.dialogs.close();
    this.toasts.clear();
    this.placesOpen = false;
    if (!locked) {
      this.view = 'vault';
      this.vault.place = null;
      this.values.cleared();
    }
  }

  async #load(view: View): Promise<void> {
    if (view === 'requests') await this.#askRequests();
    if (view === 'access') await this.access.load();
    if (view === 'organization') await this.organization.load();
    if (view === 'history') await this.history.load();
    if (view === 'bin') await this.#askBin();
    if (view === 'settings') await this.#askDevices();
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
