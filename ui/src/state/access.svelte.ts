import type { AccessAtView, AccessOfView, AccessPlace, MatrixView, PrincipalView } from '../host/access';
import type { Host } from '../host/host';
import type { EndedOfView } from '../host/offboarding';
import type { Id } from '../host/primitives';
import { Query } from './query.svelte';

export type AccessMode = 'place' | 'person' | 'matrix' | 'emergency';

/** Who has what: the places where one may look, and what is looked at. */
export class Access {
  readonly places = new Query<AccessPlace[]>();
  readonly at = new Query<AccessAtView>();
  readonly of = new Query<AccessOfView>();
  readonly matrix = new Query<MatrixView>();
  readonly found = new Query<PrincipalView[]>();
  /** What offboarding ended of the person who is looked at, as far as one may give it again. */
  readonly ended = new Query<EndedOfView | null>();
  /** Places, perhaps all of them, show only after a fresh sign-in. */
  afresh = $state(false);
  mode = $state<AccessMode>('place');
  /** The place that is looked at, and the topmost one of the matrix. */
  place = $state<Id | null>(null);
  /** Who is looked at. */
  person = $state.raw<PrincipalView | null>(null);
  letters = $state('');
  #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Whether there is anything to look at. */
  get open(): boolean {
    return this.afresh || (this.places.value?.length ?? 0) > 0;
  }

  /** Whether this person may give access anywhere. */
  get givesSomewhere(): boolean {
    return this.places.value?.some((place) => place.mayGive) ?? false;
  }

  /** Learns where one may look; what was looked at before stays, if one still may. */
  async learn(): Promise<void> {
    await this.places.ask(async () => {
      const { places, afresh } = await this.#host.accessPlaces();
      this.afresh = afresh;
      return places;
    });
    const places = this.places.value;
    if (places === null) return;
    if (!places.some((place) => place.id === this.place)) this.place = places[0]?.id ?? null;
  }

  async load(): Promise<void> {
    if (this.mode === 'person') return this.#loadPerson();
    if (this.mode === 'emergency') return;
    if (this.place === null) return;
    const place = this.place;
    if (this.mode === 'place') await this.at.ask(() => this.#host.accessAt(place, null));
    else await this.matrix.ask(() => this.#host.accessMatrix(place, null, null));
  }

  async go(mode: AccessMode): Promise<void> {
    this.mode = mode;
    await this.load();
  }

  async look(place: Id): Promise<void> {
    this.place = place;
    this.at.forget();
    this.matrix.forget();
    await this.load();
  }

  async show(person: PrincipalView): Promise<void> {
    this.person = person;
    this.mode = 'person';
    this.of.forget();
    this.ended.forget();
    await this.load();
  }

  /** Looks for people, teams and services by name. */
  async search(letters: string): Promise<void> {
    this.letters = letters;
    await this.found.ask(() => this.#host.accessPeople(letters));
  }

  /** The next people of the place in sight. */
  async more(): Promise<void> {
    const { place } = this;
    if (place === null) return;
    await this.at.extend(async (known) => {
      if (!known.next) return known;
      const next = await this.#host.accessAt(place, known.next);
      return { ...next, people: [...known.people, ...next.people] };
    });
  }

  /** The next grants of the person in sight. */
  async moreOf(): Promise<void> {
    const { person } = this;
    if (person === null) return;
    await this.of.extend(async (known) => {
      if (!known.next) return known;
      const next = await this.#host.accessOf(person.person.id, known.next);
      return { ...next, grants: [...known.grants, ...next.grants] };
    });
  }

  /** The next people, or the next places, of the matrix. */
  async turn(after: string | null, afterPlaces: string | null): Promise<void> {
    const place = this.place;
    if (place !== null) await this.matrix.ask(() => this.#host.accessMatrix(place, after, afterPlaces));
  }

  /** Signs in as the server asks, and goes on with what was looked at. */
  async signInAfresh(): Promise<void> {
    await this.#host.signInAfresh();
    await this.learn();
    await this.load();
    if (this.found.status.type === 'failed') await this.search(this.letters);
  }

  forget(): void {
    for (const query of [this.places, this.at, this.of, this.matrix, this.found, this.ended]) query.forget();
    this.person = null;
    this.letters = '';
    this.mode = 'place';
    this.afresh = false;
  }

  async #loadPerson(): Promise<void> {
    const person = this.person;
    if (person !== null) {
      const ended =
        person.kind === 'person' && person.active ? this.#host.endedOf(person.person.id) : Promise.resolve(null);
      await Promise.all([this.of.ask(() => this.#host.accessOf(person.person.id, null)), this.ended.ask(() => ended)]);
    } else if (this.found.status.type === 'idle') await this.search('');
  }
}
