import { untrack } from 'svelte';
import { asProblem } from '../../errors';
import type { PrincipalView } from '../../host/access';
import type { GiveChoice, GivePlan, GiveReceivers } from '../../host/giving';
import type { Host } from '../../host/host';
import type { Id } from '../../host/primitives';
import { Query } from '../../state/query.svelte';
import type { KnownZone } from './conditions';

/** What is given to whom and where, as far as it is chosen. */
export class Gift {
  place = $state<Id>('');
  role = $state<Id>('');
  receiver = $state.raw<PrincipalView | null>(null);
  letters = $state('');
  /** What it is given for; with one, only roles that have it are offered, the least first. */
  action = $state<string | null>(null);
  readonly choices = new Query<GiveChoice[]>();
  readonly found = new Query<GiveReceivers>();
  #proposedFor: string | null = null;
  #host: Host;
  #suits: (choice: GiveChoice) => boolean;

  constructor(host: Host, place: Id, receiver: PrincipalView | null, suits: (choice: GiveChoice) => boolean) {
    this.#host = host;
    this.#suits = suits;
    this.place = place;
    this.receiver = receiver;
  }

  /** Roles that may be given here. */
  get may(): GiveChoice[] {
    return this.#all.filter((one) => one.refused === null || one.needsEnd);
  }

  get mayNot(): GiveChoice[] {
    return this.#all.filter((one) => one.refused !== null && !one.needsEnd);
  }

  get chosen(): GiveChoice | null {
    return this.may.find((one) => one.role === this.role) ?? null;
  }

  /** Learns which roles may be given; roles for services are offered once it is a service that receives. */
  async learnRoles(place: Id, receiver: Id | null, action: string | null): Promise<void> {
    await this.choices.ask(() => this.#host.giveChoices(place, receiver, action), { afresh: receiver === null });
    const another = action !== this.#proposedFor;
    this.#proposedFor = action;
    if (another || !this.may.some((one) => one.role === this.role)) this.role = this.may[0]?.role ?? '';
  }

  /** The zone in which the receiver works: as the identity provider says, else as the newest of their grants with hours. */
  async zone(): Promise<KnownZone | null> {
    const receiver = this.receiver;
    if (receiver === null) return null;
    const { grants, zone: said } = await this.#host.accessOf(receiver.person.id, null);
    if (said !== null) return { zone: said, words: `${receiver.person.name}’s zone, as your identity provider says.` };
    const [newest] = grants.filter(({ way }) => way.zone !== null).sort((a, b) => b.way.givenAt - a.way.givenAt);
    const zone = newest?.way.zone ?? null;
    return zone === null ? null : { zone, words: `As in an earlier grant of ${receiver.person.name}.` };
  }

  async findReceivers(place: Id, role: Id, letters: string): Promise<void> {
    await this.found.ask(() => this.#host.giveReceivers(place, role, letters));
  }

  get #all(): GiveChoice[] {
    return (this.choices.value ?? []).filter(this.#suits);
  }
}

/** The plan of what is wanted: just what is in sight may then be given. */
export class Planned<T> {
  readonly plan = new Query<GivePlan>();
  /** What the plan in sight is of. */
  of = $state.raw<T | null>(null);
  #ask: (wanted: T) => Promise<GivePlan>;

  constructor(ask: (wanted: T) => Promise<GivePlan>) {
    this.#ask = ask;
  }

  shows(wanted: T | null): boolean {
    return this.plan.status.type === 'ready' && this.of === wanted;
  }

  async look(wanted: T): Promise<void> {
    await this.plan.ask(() => this.#ask(wanted));
    this.of = wanted;
  }

  forget(): void {
    untrack(() => this.plan.forget());
  }

  async give(wanted: T | null, deed: (wanted: T, plan: GivePlan) => Promise<void>): Promise<void> {
    const shown = this.plan.value;
    if (wanted === null || shown === null) return;
    try {
      await deed(wanted, shown);
    } catch (thrown) {
      // What it would do now is another thing: that is shown, and nothing was given.
      if (asProblem(thrown).code === 'planStale') await this.look(wanted);
      throw thrown;
    }
  }
}
