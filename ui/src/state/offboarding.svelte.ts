import type { Host } from '../host/host';
import type {
  BrakeView,
  CaseRotations,
  CasesView,
  CaseView,
  LeakView,
  OffboardingRights,
  RadiusView,
  SuspectRef,
} from '../host/offboarding';
import type { Id } from '../host/primitives';
import { Query } from './query.svelte';

export type OffboardingPart = 'cases' | 'leak' | 'brake';
/** The long lists of a blast radius. */
export type RadiusList = 'known' | 'reach' | 'alone' | 'reachers';

/** For so long an answer is waited for before it is asked again. */
const patience = 15_000;
const none: OffboardingRights = { conduct: false, own: false, enable: false, give: false };

/** Cases of people who leave, what somebody or something reaches and holds, leaked values, the brake. */
export class Offboarding {
  readonly cases = new Query<CasesView>();
  readonly one = new Query<CaseView>();
  readonly rotations = new Query<CaseRotations>();
  readonly radius = new Query<RadiusView>();
  readonly leak = new Query<LeakView>();
  readonly brake = new Query<BrakeView>();
  rights = $state.raw<OffboardingRights>(none);
  part = $state<OffboardingPart>('cases');
  /** Only cases that are not over. */
  openOnly = $state(false);
  /** The case that is looked at; null for the list. */
  caseId = $state<Id | null>(null);
  /** Whose blast radius is looked at, and what led there; empty for none. */
  trail = $state.raw<SuspectRef[]>([]);
  #host: Host;
  /** Since when an answer is waited for. */
  #asked: number | null = null;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Whether it is for this person at all. */
  get open(): boolean {
    return this.rights.conduct;
  }

  get suspect(): SuspectRef | null {
    return this.trail.at(-1) ?? null;
  }

  /** Learns what one may do here. */
  async learn(): Promise<void> {
    this.rights = await this.#host.offboardingRights().catch(() => none);
  }

  async load(): Promise<void> {
    const { suspect, caseId } = this;
    if (suspect) return this.radius.ask(() => this.#host.blastRadius(suspect, null));
    if (this.part === 'brake') return this.brake.ask(() => this.#host.brake());
    if (this.part === 'leak') return;
    if (caseId !== null) {
      await Promise.all([
        this.one.ask(() => this.#host.case(caseId)),
        this.rotations.ask(() => this.#host.caseRotations(caseId, null)),
      ]);
      return;
    }
    const { openOnly } = this;
    return this.cases.ask(() => this.#host.cases(openOnly, null));
  }

  async go(part: OffboardingPart): Promise<void> {
    this.part = part;
    this.caseId = null;
    this.trail = [];
    this.leak.forget();
    await this.load();
  }

  /** Only what is not over, or all of it. */
  async show(openOnly: boolean): Promise<void> {
    this.openOnly = openOnly;
    await this.load();
  }

  /** Opens a case, or with null the list again. */
  async look(id: Id | null): Promise<void> {
    this.part = 'cases';
    this.trail = [];
    if (id !== this.caseId) {
      this.one.forget();
      this.rotations.forget();
    }
    this.caseId = id;
    await this.load();
  }

  /** Looks at a blast radius; `from` keeps the way back to the one before. */
  async examine(suspect: SuspectRef, { onwards = false } = {}): Promise<void> {
    this.trail = onwards ? [...this.trail, suspect] : [suspect];
    this.radius.forget();
    await this.load();
  }

  /** One step back on the trail, at its beginning to where one was. */
  async back(): Promise<void> {
    this.trail = this.trail.slice(0, -1);
    this.radius.forget();
    await this.load();
  }

  /** Asks again how a case stands, if it is still the one in sight; a lost answer leaves what was known. */
  async again(id: Id): Promise<void> {
    const inSight = () => this.caseId === id && this.part === 'cases' && this.trail.length === 0;
    const began = Date.now();
    if (!inSight() || (this.#asked !== null && began - this.#asked < patience)) return;
    this.#asked = began;
    try {
      const [one, first] = await Promise.all([this.#host.case(id), this.#host.caseRotations(id, null)]);
      if (!inSight()) return;
      await this.one.ask(() => Promise.resolve(one));
      // Pages that were asked for stay; the first one is what changes soonest.
      if ((this.rotations.value?.rotations.length ?? 0) <= first.rotations.length) {
        await this.rotations.ask(() => Promise.resolve(first));
      }
    } catch {
      // The next turn asks again; that the server does not answer is said elsewhere.
    } finally {
      if (this.#asked === began) this.#asked = null;
    }
  }

  /** Asks again how the cases stand, while the list is in sight: new ones come first, those on further pages stay as they were. */
  async listAgain(): Promise<void> {
    const { openOnly } = this;
    const inSight = () =>
      this.caseId === null && this.part === 'cases' && this.trail.length === 0 && this.openOnly === openOnly;
    const began = Date.now();
    if (!inSight() || (this.#asked !== null && began - this.#asked < patience)) return;
    this.#asked = began;
    try {
      const first = await this.#host.cases(openOnly, null);
      const known = this.cases.value;
      if (!inSight() || !known) return;
      const fresh = new Set(first.cases.map(({ id }) => id));
      const further = known.cases.length > first.cases.length && first.next !== null;
      const rest = further ? known.cases.filter(({ id }) => !fresh.has(id)) : [];
      const next = further ? known.next : first.next;
      await this.cases.ask(() => Promise.resolve({ ...first, cases: [...first.cases, ...rest], next }));
    } catch {
      // As above.
    } finally {
      if (this.#asked === began) this.#asked = null;
    }
  }

  async moreCases(): Promise<void> {
    await this.cases.extend(async (known) => {
      if (!known.next) return known;
      const further = await this.#host.cases(this.openOnly, known.next);
      return { ...further, cases: [...known.cases, ...further.cases] };
    });
  }

  async moreRotations(): Promise<void> {
    const { caseId } = this;
    if (caseId === null) return;
    await this.rotations.extend(async (known) => {
      if (!known.next) return known;
      const further = await this.#host.caseRotations(caseId, known.next);
      return { ...further, rotations: [...known.rotations, ...further.rotations] };
    });
  }

  /** The next page of one of the long lists. */
  async moreOf(list: RadiusList): Promise<void> {
    await this.radius.extend(async (known) => {
      const { moreKnown, moreReach, moreAlone, moreReachers } = known;
      const after = { known: moreKnown, reach: moreReach, alone: moreAlone, reachers: moreReachers }[list];
      if (!after) return known;
      const further = await this.#host.blastRadius(known.of, after);
      return {
        ...known,
        ...(list === 'known' && { known: [...known.known, ...further.known], moreKnown: further.moreKnown }),
        ...(list === 'reach' && { reach: [...known.reach, ...further.reach], moreReach: further.moreReach }),
        ...(list === 'alone' && { alone: [...known.alone, ...further.alone], moreAlone: further.moreAlone }),
        ...(list === 'reachers' && {
          reachers: [...known.reachers, ...further.reachers],
          moreReachers: further.moreReachers,
        }),
      };
    });
  }

  forget(): void {
    for (const query of [this.cases, this.one, this.rotations, this.radius, this.leak, this.brake]) query.forget();
    this.rights = none;
    this.part = 'cases';
    this.openOnly = false;
    this.caseId = null;
    this.trail = [];
  }
}
