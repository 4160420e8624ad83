import type { AccessWay, ExplainAbout, GrantStep, PrincipalView } from '../host/access';
import type { EmergencyDraw, EmergencyRight } from '../host/emergency';
import type { DeviceView } from '../host/device';
import type { GuardrailEdit } from '../host/guardrails';
import type { ManagedPlace, ProposalView, RoleView, TeamView } from '../host/organization';
import type { WebhooksView, WebhookKeyView, WebhookView } from '../host/notices';
import type { ProvisioningTokenView } from '../host/provisioning';
import type { CaseAccountView, CaseRotation, CaseView, EndedAccessView } from '../host/offboarding';
import type { Place } from '../host/places';
import type { Id } from '../host/primitives';
import type { AccessRequest, AnyRequest, RotationRequest } from '../host/requests';
import type { ServiceKeyView, ServiceView } from '../host/services';
import type { SecretDetail } from '../host/secrets';
import type { PersonRef } from '../host/state';

export type DialogState =
  | { type: 'palette' }
  | { type: 'shortcuts' }
  | { type: 'create'; place: Id | null }
  | { type: 'importFile'; place: Id | null }
  | { type: 'edit'; secret: SecretDetail }
  | { type: 'newVersion'; secret: { id: Id; title: string; envName: string | null }; fulfils: RotationRequest | null }
  | { type: 'delete'; secret: SecretDetail }
  | { type: 'requestRotation'; secret: SecretDetail }
  | { type: 'refuse'; request: AnyRequest }
  | { type: 'refuseMany'; requests: AnyRequest[]; done: () => void }
  | { type: 'approve'; request: AccessRequest; focus: 'submit' | 'role' | 'time' }
  | AskAccessDialog
  | { type: 'keepOffline'; place: Place }
  | { type: 'changeGrant'; way: AccessWay; of: string; step: GrantStep }
  /** With the action that was refused or asked for, where one is known. */
  | { type: 'giveAccess'; place: Id | null; principal: PrincipalView | null; action: string | null }
  | { type: 'drawEmergency'; right: EmergencyRight }
  | { type: 'giveEmergency'; place: Id | null }
  | { type: 'endEmergency'; right: EmergencyRight }
  | { type: 'endDraw'; draw: EmergencyDraw }
  | { type: 'reviewEmergency'; draw: EmergencyDraw }
  /** Of oneself when nobody is named. */
  | {
      type: 'explain';
      about: ExplainAbout;
      name: string;
      action: string;
      who: PrincipalView | null;
      /** Somebody else is to be chosen; the secret is at this place, whose grants one may look at. */
      othersAt?: Id;
    }
  | { type: 'endDevice'; device: DeviceView }
  | { type: 'signOut' }
  | { type: 'forgetServer' }
  | OffboardingDialog
  | OrganizationDialog;

/** For the sake of a secret, at a place, or at one that is still to be chosen. */
export interface AskAccessDialog {
  type: 'askAccess';
  place: Id | null;
  secret: { id: Id; title: string } | null;
  /** Access that is to go on. */
  extend: AccessRequest | null;
  /** What was refused or is missing; the least role that has it is proposed. */
  action: string | null;
}

/** Of the offboarding view. */
export type OffboardingDialog =
  | { type: 'chooseLeaver' }
  | { type: 'offboard'; person: { id: Id; name: string } }
  | { type: 'approveCase'; view: CaseView }
  | { type: 'cancelCase'; view: CaseView }
  | { type: 'acceptRotation'; caseId: Id; rotation: CaseRotation }
  | { type: 'acceptConnected'; caseId: Id; system: string; account: CaseAccountView | null }
  | { type: 'enablePerson'; person: PersonRef }
  /** What the case ended, or as much of it as one may give. */
  | { type: 'restoreGrants'; case: Id; person: PersonRef; known: EndedAccessView | null };

/** Of the organization's view. */
export type OrganizationDialog =
  | { type: 'newPlace'; parent: ManagedPlace }
  | { type: 'editPlace'; place: ManagedPlace }
  | { type: 'movePlace'; place: ManagedPlace }
  | { type: 'approval'; place: ManagedPlace }
  /** Null for a new one. */
  | { type: 'team'; team: TeamView | null }
  | { type: 'addMember'; team: TeamView }
  | { type: 'mapGroup'; team: TeamView }
  | { type: 'role'; role: RoleView | null }
  | { type: 'deleteRole'; role: RoleView }
  | { type: 'changeGuardrail'; edit: GuardrailEdit; name: string }
  | { type: 'newService' }
  | { type: 'editService'; service: ServiceView }
  | { type: 'serviceState'; service: ServiceView }
  | { type: 'makeKey'; service: ServiceView }
  | { type: 'endKey'; service: ServiceView; key: ServiceKeyView }
  | { type: 'newWebhook'; view: WebhooksView }
  | { type: 'endWebhook'; webhook: WebhookView }
  | { type: 'rotateWebhookKey'; key: WebhookKeyView }
  | { type: 'newToken' }
  | { type: 'rotateToken'; token: ProvisioningTokenView }
  | { type: 'endToken'; token: ProvisioningTokenView }
  | { type: 'delegateFiles' }
  | { type: 'refuseProposal'; proposal: ProposalView };

/** At most one dialog stands in front of the page. */
export class Dialogs {
  current = $state.raw<DialogState | null>(null);

  open(dialog: DialogState): void {
    this.current = dialog;
  }

  close(): void {
    this.current = null;
  }
}
