import type { Host } from '../host/host';
import type { ListFilter, ListPage, SecretRow } from '../host/lists';
import type { PlacesView } from '../host/places';
import type { Id } from '../host/primitives';
import type { SecretRef, SecretView } from '../host/secrets';
import type { PersonRef } from '../host/state';
import { Pages } from './pages.svelte';
import { lineFor } from './places';
import { Query } from './query.svelte';
import type { Values } from './values.svelte';

/** What the host says of a secret that it does not have any more. */
const lost = new Set(['notFound', 'accessEnded', 'secretGone']);

/** Where the person is in the vault: place, filter, row, and what stands on the right. */
export class Vault {
  readonly places = new Query<PlacesView>();
  readonly detail = new Query<SecretView>();
  readonly rows: Pages<SecretRow, ListPage>;
  place = $state<Id | null>(null);
  filter = $state<ListFilter>('all');
  owner = $state.raw<PersonRef | null>(null);
  selected = $state<Id | null>(null);
  /** What was open when it went out of sight; said until something else is selected. */
  ended = $state.raw<SecretRef | null>(null);
  open = $state.raw<ReadonlySet<Id>>(new Set());
  #host: Host;
  #values: Values;
  #begun = false;

  constructor(host: Host, values: Values) {
    this.#host = host;
    this.#values = values;
    this.rows = new Pages((offset, limit) =>
      host.list({ place: this.place, filter: this.filter, owner: this.owner?.id ?? null, offset, limit }),
    );
  }

  get currentPlace() {
    return this.places.value?.places.find((place) => place.id === this.place) ?? null;
  }

  /** Whether secrets may be made anywhere. */
  get creates(): boolean {
    return (this.places.value?.places ?? []).some((place) => place.rights.create);
  }

  async load(): Promise<void> {
    await Promise.all([this.places.ask(() => this.#host.places()), this.rows.reload()]);
    this.#begin();
  }

  /** Something changed at the host: asks again for all that is in sight. */
  async refresh(): Promise<void> {
    const selected = this.selected;
    await Promise.all([
      this.places.ask(() => this.#host.places()),
      this.rows.reload(),
      selected === null ? null : this.#askDetail(selected, false),
    ]);
    if (this.place !== null && this.places.value && this.currentPlace === null) await this.go(null);
    // The first sync came to its end after the vault was shown.
    if (!this.#begun) this.#begin();
  }

  async go(place: Id | null): Promise<void> {
    this.place = place;
    this.owner = null;
    this.filter = 'all';
    await this.#relist();
  }

  async show(filter: ListFilter): Promise<void> {
    this.filter = filter;
    await this.#relist();
  }

  async showOwner(owner: PersonRef): Promise<void> {
    this.place = null;
    this.filter = 'all';
    this.owner = owner;
    await this.#relist();
  }

  /** Opens a secret wherever it is, with the list of its place beside it. */
  async reveal(secret: { id: Id; path: string }): Promise<void> {
    const line = lineFor(this.places.value?.places ?? [], secret.path);
    if (this.rows.findLoaded((row) => row.id === secret.id) < 0) {
      this.place = line?.id ?? null;
      this.filter = 'all';
      this.owner = null;
      this.select(secret.id);
      await this.rows.reload({ afresh: true });
    } else {
      this.select(secret.id);
    }
    if (line?.parent) this.open = new Set([...this.open, line.parent]);
  }

  select(id: Id | null): void {
    if (id !== this.selected) this.#values.hide();
    const another = id !== this.selected;
    this.selected = id;
    this.ended = null;
    if (id === null) this.detail.forget();
    else void this.#askDetail(id, another);
  }

  /** What takes the place of the selected secret when it goes away: the one after it, else the one before. */
  get neighbour(): Id | null {
    const at = this.rows.findLoaded((row) => row.id === this.selected);
    return (this.rows.at(at + 1) ?? this.rows.at(at - 1))?.id ?? null;
  }

  toggle(place: Id): void {
    const open = new Set(this.open);
    if (!open.delete(place)) open.add(place);
    this.open = open;
  }

  forget(): void {
    this.places.forget();
    this.rows.forget();
    this.detail.forget();
    this.#values.hide();
    this.selected = null;
    this.ended = null;
    this.#begun = false;
    this.owner = null;
  }

  async #relist(): Promise<void> {
    await this.rows.reload({ afresh: true });
    this.select(this.rows.at(0)?.id ?? null);
  }

  async #askDetail(id: Id, afresh: boolean): Promise<void> {
    const known = this.detail.value;
    await this.detail.ask(() => this.#host.secret(id), { afresh });
    const { status } = this.detail;
    const gone = status.type === 'failed' && lost.has(status.problem.code);
    if (gone && this.selected === id && known?.id === id) {
      this.select(null);
      this.ended = known;
    }
  }

  /** Something is open and selected from the start. */
  #begin(): void {
    if (this.open.size === 0) this.#openFirst();
    const first = this.rows.at(0);
    if (this.selected === null && first) this.select(first.id);
    this.#begun = this.selected !== null;
  }

  #openFirst(): void {
    const first = this.places.value?.places.find((place) => place.depth === 1);
    if (first) this.open = new Set([first.id]);
  }
}
