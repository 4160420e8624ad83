/**
 * The one door between the page and whatever runs it.
 *
 * Every time is integer milliseconds UTC, every id an opaque string. A command answers with a value or rejects with a
 * {@link Problem}. No reply carries a secret value, except that of `revealValue`.
 */

import type {
  AccessAtView,
  AccessOfView,
  AccessPlace,
  AccessPlaces,
  ExplainAbout,
  ExplainView,
  GrantChange,
  GrantPlanView,
  MatrixView,
  PrincipalView,
  RoleRef,
} from './access';
import type { DeviceView, LeaseSummary, Settings } from './device';
import type { EmergencyDraws, EmergencyRights, EmergencyVerdict, EmergencyView, GiveEmergency } from './emergency';
import type { GiveAccess, GiveChoice, GivePlan, GiveReceivers } from './giving';
import type { ExportFormat, ExportReply, HistoryPage, HistoryQuery, ProofStatus } from './history';
import type { EnvChoice, EnvFile, EnvOutcome } from './import';
import type {
  GuardrailCheck,
  GuardrailEdit,
  GuardrailLanguage,
  GuardrailPast,
  GuardrailPlanView,
  GuardrailView,
} from './guardrails';
import type { ListPage, ListQuery, SearchReply } from './lists';
import type {
  ApprovalEdit,
  ApprovalSettings,
  ChangeOutcome,
  ManagedPlace,
  MovePlanView,
  NewPlace,
  PeopleView,
  PlaceEdit,
  ProposalView,
  RoleEdit,
  RolesView,
  TeamView,
} from './organization';
import type { KeptOffline, PlacesView } from './places';
import type {
  LinkView,
  NoticePreferences,
  NoticesView,
  NoticeWay,
  WebhookDraft,
  WebhooksView,
  WebhookTest,
} from './notices';
import type { ProvisioningTokenDraft, ProvisioningTokenTurn, ProvisioningView } from './provisioning';
import type { PolicyComparison, PolicyDelegation, PolicyDelegationDraft, PolicyExport } from './policy-files';
import type {
  BrakeView,
  CaseDraft,
  CaseRotations,
  CaseView,
  CasesView,
  EndedAccessView,
  EndedOfView,
  LeakView,
  OffboardingRights,
  OpenedCaseView,
  RadiusView,
  RehearsalView,
  SuspectRef,
} from './offboarding';
import type { Id, Millis } from './primitives';
import type {
  AccessOptions,
  AnswerOutcome,
  ApproveAccess,
  AskAccess,
  RequestEvidence,
  RequestHistory,
  RequestsView,
} from './requests';
import type { BinRow, SecretView } from './secrets';
import type { ServiceDraft, ServiceEdit, ServiceKeyDraft, ServiceKeyFile, ServicesView, ServiceView } from './services';
import type { AppState, ServerView } from './state';
import type { CopyReply, MetadataEdit, RevealReply, SecretDraft, ValueInput } from './values';

export type ChangedArea =
  'places' | 'secrets' | 'requests' | 'emergency' | 'history' | 'devices' | 'settings' | 'notices';

export interface HostEvents {
  stateChanged: AppState;
  /** A hint to ask again. */
  changed: { areas: ChangedArea[]; secrets: Id[] };
  clipboardCleared: { reason: 'time' | 'asked' | 'replaced' | 'locked' };
  /** A signed order took something away from this device. */
  orderExecuted: { scope: string; secrets: number; values: number; at: Millis };
  /** The app was opened with a link: `takeLink` says where it leads. */
  linkWaits: null;
}

export type Unsubscribe = () => void;

export interface Host {
  on<E extends keyof HostEvents>(event: E, listener: (payload: HostEvents[E]) => void): Unsubscribe;

  state(): Promise<AppState>;
  /** Fetches the enrolment bundle; nothing is pinned before `confirmServer`. */
  connectServer(origin: string): Promise<ServerView>;
  confirmServer(origin: string, fingerprint: string): Promise<void>;
  /** Unpins the server and destroys what this device holds of it. */
  forgetServer(): Promise<void>;
  /** Resolves when the person is signed in, rejects with `signInCancelled` after `cancelSignIn`. */
  signIn(bootstrapCode: string | null): Promise<void>;
  cancelSignIn(): Promise<void>;
  signOut(): Promise<void>;
  lock(): Promise<void>;
  unlock(): Promise<void>;
  /** Asks the keyring again that was locked or absent; what it has is opened then. */
  retryKeyring(): Promise<void>;
  /** The person is there: starts the time until the lock anew. */
  noteActivity(): Promise<void>;
  syncNow(): Promise<void>;

  places(): Promise<PlacesView>;
  list(query: ListQuery): Promise<ListPage>;
  /** Best match first. Without text: the secrets used last. */
  search(text: string, limit: number): Promise<SearchReply>;
  secret(id: Id): Promise<SecretView>;
  setFavourite(id: Id, on: boolean): Promise<void>;
  copyValue(id: Id, version: number | null): Promise<CopyReply>;
  clearClipboard(): Promise<void>;
  /** Names, paths, commands: nothing secret, and it stays. */
  copyText(text: string): Promise<void>;
  revealValue(id: Id, version: number | null): Promise<RevealReply>;
  createSecret(draft: SecretDraft): Promise<Id>;
  updateMetadata(id: Id, edit: MetadataEdit): Promise<void>;
  /** Answers with the number of the version. `fulfils` is a request for rotation that this answers. */
  newVersion(id: Id, value: ValueInput, fulfils: Id | null): Promise<number>;
  /** Asks for a file and reads it; null when the person closed the file dialog. */
  chooseEnvFile(place: Id): Promise<EnvFile | null>;
  /** Each has its own outcome; what is in already is passed over. */
  importEnvFile(id: Id, choices: EnvChoice[]): Promise<EnvOutcome[]>;
  /** The values that were read are erased. */
  forgetEnvFile(): Promise<void>;
  deleteSecret(id: Id): Promise<void>;
  restoreSecret(id: Id): Promise<void>;
  bin(): Promise<BinRow[]>;
  keepOffline(place: Id, on: boolean): Promise<KeptOffline | null>;

  requests(): Promise<RequestsView>;
  /** Requests of any age, page by page from the newest on; `after` as the page before said. */
  requestHistory(after: string | null): Promise<RequestHistory>;
  requestRotation(secret: Id, reason: string): Promise<Id>;
  refuseRequest(id: Id, words: string): Promise<void>;
  withdrawRequest(id: Id): Promise<void>;
  /** What could be asked for at a place, or for the sake of a secret. */
  accessOptions(place: Id | null, secret: Id | null): Promise<AccessOptions>;
  requestAccess(ask: AskAccess): Promise<Id>;
  approveRequest(id: Id, terms: ApproveAccess): Promise<void>;
  /** Approves many as asked, or refuses them with these words; each has its own outcome. */
  answerRequests(ids: Id[], refusal: string | null): Promise<AnswerOutcome[]>;
  /** Gives back early what a request gave. */
  handBack(id: Id): Promise<void>;
  requestEvidence(id: Id): Promise<RequestEvidence>;

  /** Empty for those who may look at nobody's access. */
  accessPlaces(): Promise<AccessPlaces>;
  /** Opens the browser; resolves once the session is as fresh as was asked for. */
  signInAfresh(): Promise<void>;
  accessAt(place: Id, after: string | null): Promise<AccessAtView>;
  accessOf(principal: Id, after: string | null): Promise<AccessOfView>;
  accessMatrix(top: Id, after: string | null, afterPlaces: string | null): Promise<MatrixView>;
  accessPeople(letters: string): Promise<PrincipalView[]>;
  lesserRoles(role: Id): Promise<RoleRef[]>;
  /** Shows what will be lost; nothing is changed. */
  planGrantChange(grant: Id, change: GrantChange): Promise<GrantPlanView>;
  /** Carries out that very plan, or rejects with `planStale`. */
  changeGrant(grant: Id, change: GrantChange, digest: string, reason: string): Promise<void>;
  /** Of oneself when nobody is named. */
  explain(about: ExplainAbout, action: string, principal: Id | null): Promise<ExplainView>;

  /** Roles at a place, the least first, and why some may not be given. */
  giveChoices(place: Id, principal: Id | null, action: string | null): Promise<GiveChoice[]>;
  giveReceivers(place: Id, role: Id, letters: string): Promise<GiveReceivers>;
  /** Shows what it would newly allow; nothing is changed. */
  planAccess(give: GiveAccess): Promise<GivePlan>;
  /** Gives just what was shown, or rejects with `planStale`. */
  giveAccess(give: GiveAccess, grant: Id, digest: string, reason: string): Promise<void>;

  emergency(): Promise<EmergencyView>;
  emergencyDraws(after: string): Promise<EmergencyDraws>;
  emergencyRights(after: string): Promise<EmergencyRights>;
  planEmergency(give: GiveEmergency): Promise<GivePlan>;
  giveEmergency(give: GiveEmergency, right: Id, digest: string, reason: string): Promise<void>;
  endEmergency(right: Id, reason: string): Promise<void>;
  drawEmergency(right: Id, reason: string, seconds: number): Promise<void>;
  /** Without a reason it is given back by who drew it. */
  endDraw(grant: Id, reason: string | null): Promise<void>;
  reviewEmergency(draw: Id, verdict: EmergencyVerdict, words: string): Promise<void>;

  managedPlaces(): Promise<ManagedPlace[]>;
  createPlace(place: NewPlace): Promise<Id>;
  editPlace(id: Id, edit: PlaceEdit): Promise<void>;
  planMove(id: Id, parent: Id): Promise<MovePlanView>;
  movePlace(id: Id, parent: Id, digest: string): Promise<void>;
  approvalSettings(place: Id): Promise<ApprovalSettings>;
  /** Rejects with `planStale` when they are others by now. */
  setApproval(place: Id, edit: ApprovalEdit): Promise<void>;
  services(after: string | null): Promise<ServicesView>;
  service(id: Id): Promise<ServiceView>;
  servicePlaces(): Promise<AccessPlace[]>;
  createService(draft: ServiceDraft): Promise<ServiceView>;
  /** Rejects with `planStale` when other keys would end than those that were shown. */
  editService(id: Id, edit: ServiceEdit): Promise<ServiceView>;
  setServiceActive(id: Id, active: boolean, reason: string): Promise<ServiceView>;
  /** Null when the person closed the file dialog. */
  makeServiceKey(service: Id, draft: ServiceKeyDraft): Promise<ServiceKeyFile | null>;
  /** A key that was made elsewhere, by its public half. */
  registerServiceKey(service: Id, draft: ServiceKeyDraft, publicKey: string): Promise<ServiceView>;
  endServiceKey(key: Id, reason: string): Promise<void>;
  people(): Promise<PeopleView>;
  team(id: Id): Promise<TeamView>;
  createTeam(name: string): Promise<Id>;
  renameTeam(id: Id, name: string): Promise<void>;
  addMember(team: Id, member: Id): Promise<void>;
  removeMember(team: Id, member: Id): Promise<void>;
  /** Rejects with `secondOwnerNeeded` when it widens one's own access and is not to be proposed. */
  mapGroup(team: Id, group: string, reason: string, propose: boolean): Promise<ChangeOutcome>;
  unmapGroup(team: Id, group: string): Promise<void>;
  roles(): Promise<RolesView>;
  /** As `mapGroup`. */
  putRole(edit: RoleEdit, reason: string, propose: boolean): Promise<ChangeOutcome>;
  deleteRole(id: Id, reason: string): Promise<void>;
  guardrails(): Promise<GuardrailView[]>;
  guardrailLanguage(): Promise<GuardrailLanguage>;
  checkGuardrail(text: string): Promise<GuardrailCheck>;
  /** Of those who are concerned, `skip` are left out. */
  planGuardrail(edit: GuardrailEdit, skip: number): Promise<GuardrailPlanView>;
  guardrailPast(text: string, skip: number): Promise<GuardrailPast>;
  /** As `mapGroup`; exactly what the digest's plan showed. */
  changeGuardrail(edit: GuardrailEdit, digest: string, reason: string, propose: boolean): Promise<ChangeOutcome>;
  proposals(): Promise<ProposalView[]>;
  approveProposal(id: Id, digest: string): Promise<void>;
  refuseProposal(id: Id, words: string): Promise<void>;
  withdrawProposal(id: Id): Promise<void>;

  /** Newest first, before the given one. */
  notices(before: Id | null, unread: boolean): Promise<NoticesView>;
  /** Answers with how many are left unread. */
  readNotices(ids: Id[]): Promise<number>;
  readNoticesUntil(until: Millis): Promise<number>;
  noticePreferences(): Promise<NoticePreferences>;
  setNoticePreference(kind: string, way: NoticeWay, wanted: boolean): Promise<NoticePreferences>;
  /** Asks for a folder and writes all policies there; null when the person closed the dialog. */
  exportPolicyFiles(): Promise<PolicyExport | null>;
  /** Asks for a folder and compares its files with what is so today. */
  comparePolicyFiles(): Promise<PolicyComparison | null>;
  policyDelegations(): Promise<PolicyDelegation[]>;
  delegatePolicyFiles(draft: PolicyDelegationDraft, reason: string): Promise<ChangeOutcome>;

  webhooks(): Promise<WebhooksView>;
  createWebhook(draft: WebhookDraft): Promise<void>;
  endWebhook(id: Id): Promise<void>;
  rotateWebhookKey(replaces: number, atOnce: boolean): Promise<void>;
  testWebhook(id: Id): Promise<WebhookTest>;
  provisioning(): Promise<ProvisioningView>;
  /** Makes a token and puts it into the clipboard; answers when it leaves it. */
  makeProvisioningToken(draft: ProvisioningTokenDraft): Promise<Millis>;
  rotateProvisioningToken(id: Id, turn: ProvisioningTokenTurn): Promise<Millis>;
  endProvisioningToken(id: Id): Promise<void>;
  /** Where the link leads that the app was last opened with, once; rejects when it is not for this organization. */
  takeLink(): Promise<LinkView | null>;

  offboardingRights(): Promise<OffboardingRights>;
  /** What somebody or something reaches and holds; `after` as one of its own `more…` said. */
  blastRadius(of: SuspectRef, after: string | null): Promise<RadiusView>;
  /** Where a leaked value stands and stood, and to whom it came. The value is kept nowhere. */
  lookUpLeak(value: ValueInput): Promise<LeakView>;
  /** What offboarding somebody would do now; nothing is done. */
  rehearseCase(person: Id, heir: Id | null): Promise<RehearsalView>;
  openCase(draft: CaseDraft): Promise<OpenedCaseView>;
  /** Newest first, or only those that are not over. */
  cases(open: boolean, after: string | null): Promise<CasesView>;
  case(id: Id): Promise<CaseView>;
  /** As a second pair of eyes. */
  /** With the start of a planned case, as it was shown. */
  approveCase(id: Id, startsAt: Millis | null): Promise<CaseView>;
  /** Asks for a place and writes the signed report there; its path, or null when the person closed the dialog. */
  saveCaseReport(id: Id): Promise<string | null>;
  /** Before it has begun. */
  cancelCase(id: Id, reason: string): Promise<CaseView>;
  caseRotations(id: Id, after: string | null): Promise<CaseRotations>;
  /** Accepts that a value stays as it is. */
  acceptRotation(id: Id, secret: Id, reason: string): Promise<void>;
  /** Accepts that an account of a connected system stays as it is; null for the account: that the system is not asked. */
  acceptConnected(id: Id, system: string, account: Id | null, reason: string): Promise<CaseView>;
  endedGrants(id: Id): Promise<EndedAccessView>;
  /** What somebody's newest case ended and one may give again. */
  endedOf(person: Id): Promise<EndedOfView | null>;
  /** All or none. */
  restoreGrants(id: Id, grants: Id[], teams: Id[], reason: string): Promise<void>;
  /** Restores nothing. */
  enablePerson(person: Id, reason: string): Promise<void>;
  brake(): Promise<BrakeView>;
  setBrake(peoplePerHour: number, people: Id[]): Promise<BrakeView>;

  history(query: HistoryQuery): Promise<HistoryPage>;
  proofStatus(): Promise<ProofStatus>;
  /** Null when the person closed the file dialog. */
  exportHistory(format: ExportFormat, query: HistoryQuery): Promise<ExportReply | null>;

  leases(): Promise<LeaseSummary[]>;
  devices(): Promise<DeviceView[]>;
  endSession(id: Id): Promise<void>;
  endDevice(id: Id): Promise<void>;
  settings(): Promise<Settings>;
  setSettings(settings: Settings): Promise<void>;
}
