import type { GuardrailView } from '../host/guardrails';
import type { Host } from '../host/host';
import type { ManagedPlace, PeopleView, ProposalView, RolesView, TeamView } from '../host/organization';
import type { WebhooksView } from '../host/notices';
import type { PolicyDelegation } from '../host/policy-files';
import type { Id } from '../host/primitives';
import type { ProvisioningView } from '../host/provisioning';
import type { ServicesView, ServiceView } from '../host/services';
import { Query } from './query.svelte';

export type OrganizationPart =
  'places' | 'people' | 'services' | 'roles' | 'guardrails' | 'proposals' | 'webhooks' | 'provider' | 'files';

/** Places, people, teams and roles, and what waits for a second owner. */
export class Organization {
  readonly places = new Query<ManagedPlace[]>();
  readonly people = new Query<PeopleView>();
  readonly team = new Query<TeamView>();
  readonly services = new Query<ServicesView>();
  readonly service = new Query<ServiceView>();
  readonly roles = new Query<RolesView>();
  readonly guardrails = new Query<GuardrailView[]>();
  readonly proposals = new Query<ProposalView[]>();
  readonly webhooks = new Query<WebhooksView>();
  readonly provider = new Query<ProvisioningView>();
  readonly files = new Query<PolicyDelegation[]>();
  part = $state<OrganizationPart>('places');
  /** The team that is looked at; null for the list. */
  teamId = $state<Id | null>(null);
  /** The service that is looked at; null for the list. */
  serviceId = $state<Id | null>(null);
  /** The guardrail in the editor; null for the list. */
  guardrailId = $state<Id | 'new' | null>(null);
  #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Whether there is anything that this person may change. */
  get open(): boolean {
    return this.places.value?.some(({ may }) => may.create || may.edit || may.classify || may.relocate) ?? false;
  }

  /** The organization itself, where this person has a right in all of it. */
  get root(): ManagedPlace | null {
    return this.places.value?.find((place) => place.path === '') ?? null;
  }

  /** Learns what may be changed. */
  async learn(): Promise<void> {
    await this.places.ask(() => this.#host.managedPlaces());
  }

  async load(): Promise<void> {
    if (this.part === 'places') return this.learn();
    if (this.part === 'roles') return this.roles.ask(() => this.#host.roles());
    if (this.part === 'guardrails') return this.guardrails.ask(() => this.#host.guardrails());
    if (this.part === 'proposals') return this.proposals.ask(() => this.#host.proposals());
    if (this.part === 'webhooks') return this.webhooks.ask(() => this.#host.webhooks());
    if (this.part === 'provider') return this.provider.ask(() => this.#host.provisioning());
    if (this.part === 'files') return this.files.ask(() => this.#host.policyDelegations());
    if (this.part === 'services') return this.#loadServices();
    const team = this.teamId;
    if (team !== null) return this.team.ask(() => this.#host.team(team));
    return this.people.ask(() => this.#host.people());
  }

  async go(part: OrganizationPart): Promise<void> {
    this.part = part;
    this.teamId = null;
    this.serviceId = null;
    this.guardrailId = null;
    await this.load();
  }

  /** Opens a guardrail in the editor, or with null the list again. */
  async edit(guardrail: Id | 'new' | null): Promise<void> {
    this.guardrailId = guardrail;
    await this.load();
  }

  /** Opens a team, or with null the list again. */
  async look(team: Id | null): Promise<void> {
    this.teamId = team;
    this.team.forget();
    await this.load();
  }

  /** Opens a service, or with null the list again. */
  async lookAt(service: Id | null): Promise<void> {
    this.serviceId = service;
    this.service.forget();
    await this.load();
  }

  /** The next services of the list. */
  async more(): Promise<void> {
    await this.services.extend(async (known) => {
      if (!known.next) return known;
      const next = await this.#host.services(known.next);
      return { ...next, services: [...known.services, ...next.services] };
    });
  }

  forget(): void {
    const { places, people, team, services, service, roles, guardrails, proposals, webhooks, provider, files } = this;
    const all = [places, people, team, services, service, roles, guardrails, proposals, webhooks, provider, files];
    for (const query of all) query.forget();
    this.part = 'places';
    this.teamId = null;
    this.serviceId = null;
    this.guardrailId = null;
  }

  #loadServices(): Promise<void> {
    const service = this.serviceId;
    return service === null
      ? this.services.ask(() => this.#host.services(null))
      : this.service.ask(() => this.#host.service(service));
  }
}
