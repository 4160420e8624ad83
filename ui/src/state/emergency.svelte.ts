import type { EmergencyDraw, EmergencyRight, EmergencyView } from '../host/emergency';
import type { Host } from '../host/host';
import type { Id } from '../host/primitives';
import { Query } from './query.svelte';

/** Emergency access: what one holds, what is drawn, what is to be reviewed. */
export class Emergency {
  readonly view = new Query<EmergencyView>();
  #host: Host;
  #now: () => number;

  /** `now` is the clock that the page shows times by. */
  constructor(host: Host, now: () => number) {
    this.#host = host;
    this.#now = now;
  }

  /** The rights, and the first draws; where more was in sight, that goes until it is asked for again. */
  async load(): Promise<void> {
    await this.view.ask(() => this.#host.emergency());
  }

  async more(): Promise<void> {
    await this.view.extend(async (known) => {
      if (!known.next) return known;
      const further = await this.#host.emergencyDraws(known.next);
      // What became another kind meanwhile may come twice.
      const there = new Set(known.draws.map((draw) => draw.id));
      const draws = [...known.draws, ...further.draws.filter((draw) => !there.has(draw.id))];
      return { ...known, draws, next: further.next };
    });
  }

  async moreRights(): Promise<void> {
    await this.view.extend(async (known) => {
      if (!known.nextRights) return known;
      const further = await this.#host.emergencyRights(known.nextRights);
      const there = new Set(known.rights.map((right) => right.id));
      const rights = [...known.rights, ...further.rights.filter((right) => !there.has(right.id))];
      return { ...known, rights, nextRights: further.next };
    });
  }

  get rights(): EmergencyRight[] {
    return (this.view.value?.rights ?? []).filter((right) => right.endsAt > this.#now());
  }

  /** What one may draw now: not what is drawn already. */
  get drawable(): EmergencyRight[] {
    const drawn = new Set(this.open.filter((draw) => draw.own).map((draw) => draw.right));
    return this.rights.filter((right) => right.own && !drawn.has(right.id));
  }

  /** Draws that last. */
  get open(): EmergencyDraw[] {
    return (this.view.value?.draws ?? []).filter((draw) => draw.overAt > this.#now());
  }

  get over(): EmergencyDraw[] {
    return (this.view.value?.draws ?? []).filter((draw) => draw.overAt <= this.#now());
  }

  /** What waits for one's review, the oldest first. */
  get toReview(): EmergencyDraw[] {
    return this.over.filter((draw) => draw.mayReview).toSorted((a, b) => a.drawnAt - b.drawnAt);
  }

  /** A right of one's own that would help at a place. */
  rightFor(path: string): EmergencyRight | null {
    return this.drawable.find((right) => covers(right.path, path)) ?? null;
  }

  /** Rights that reach a place. */
  at(path: string): EmergencyRight[] {
    return this.rights.filter((right) => covers(right.path, path));
  }

  of(person: Id): EmergencyRight[] {
    return this.rights.filter((right) => right.person.id === person);
  }

  forget(): void {
    this.view.forget();
  }
}

const covers = (above: string, path: string): boolean => above === '' || path === above || path.startsWith(`${above}/`);
