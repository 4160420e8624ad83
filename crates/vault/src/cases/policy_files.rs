//! Roles, guardrails and grants as files: for those who manage policies. What applies them is a service identity, by the same routes.

use super::{input, names, people, roles};
use crate::{
    Vault,
    view::{
        policy_files::{PolicyDelegation, PolicyDelegationDraft},
        problem::Problem,
        role::ChangeOutcome,
    },
};
use claviger_model::{
    ids::{GrantId, ProposalId, RoleId},
    time::Timestamp,
};
use claviger_protocol::{
    grants::RolesReply,
    policy_files::{
        DelegateFiles, DelegationForm, DelegationRecord, DelegationsReply, ExportFiles, FilesPlan,
        FilesReply, PlanFiles, PolicyFile,
    },
    roles::Changed,
    route,
};

impl Vault {
    /// Everything as files, in the order of their paths.
    ///
    /// # Errors
    /// When the person may not, or the server does not answer.
    pub async fn policy_files(&self) -> Result<Vec<PolicyFile>, Problem> {
        let (mut files, mut call) = (Vec::new(), ExportFiles::default());
        loop {
            let reply: FilesReply = self.inner.call(route::EXPORT_POLICY_FILES, &[], &call).await?;
            files.extend(reply.files);
            call.after = reply.next;
            if call.after.is_none() {
                return Ok(files);
            }
        }
    }

    /// How far the organization is from what files say, and who made it so since they were applied.
    ///
    /// # Errors
    /// When the person may not, or the server does not answer.
    pub async fn plan_policy_files(&self, files: Vec<PolicyFile>) -> Result<FilesPlan, Problem> {
        let call = PlanFiles { files };
        Ok(self.inner.call(route::PLAN_POLICY_FILES, &[], &call).await?)
    }

    /// The service identities that apply files.
    ///
    /// # Errors
    /// When the person may not, or the server does not answer.
    pub async fn policy_delegations(&self) -> Result<Vec<PolicyDelegation>, Problem> {
        let reply: DelegationsReply = self.inner.ask(route::FILE_DELEGATIONS, &[]).await?;
        if reply.delegations.is_empty() {
            return Ok(Vec::new());
        }
        let roles: RolesReply = self.inner.ask(route::ROLES, &[]).await?;
        let people = self.everybody().await?;
        let book = self.inner.live()?.book();
        let role = |id: &RoleId| {
            let known = roles.roles.iter().find(|role| role.id == *id);
            known.map_or_else(|| UNKNOWN_ROLE.to_owned(), |role| role.name.to_string())
        };
        let view = |record: &DelegationRecord| {
            let form = &record.delegation;
            PolicyDelegation {
                grant: form.grant.to_string(),
                service: people::one_of(&people, form.service),
                path: book.places.path(form.scope).to_owned(),
                may_grant: form.may_grant.iter().map(role).collect(),
                roles: form.roles,
                guardrails: form.guardrails,
                ends_at: form.expires_at.millis(),
                reason: record.reason.clone(),
                made_by: people::one_of(&people, record.made_by),
                approved_by: people::one_of(&people, record.approved_by),
                made_at: record.made_at.millis(),
            }
        };
        Ok(reply.delegations.iter().map(view).collect())
    }

    /// Proposes that a service identity applies files; a second owner approves it.
    ///
    /// # Errors
    /// When the person may not, the words cannot stand, or what is proposed cannot be.
    pub async fn delegate_policy_files(
        &self,
        draft: &PolicyDelegationDraft,
        reason: &str,
    ) -> Result<ChangeOutcome, Problem> {
        let entropy = &*self.inner.parts.entropy;
        let may_grant = draft.may_grant.iter().map(|id| names::id(id));
        let call = DelegateFiles {
            delegation: DelegationForm {
                grant: GrantId::random(entropy),
                service: names::id(&draft.service)?,
                scope: names::id(&draft.place)?,
                may_grant: may_grant.collect::<Result<_, _>>()?,
                roles: draft.roles,
                guardrails: draft.guardrails,
                expires_at: Timestamp::from_millis(draft.ends_at),
            },
            reason: input::words(reason)?,
            proposal: ProposalId::random(entropy),
        };
        let changed: Changed = self.inner.call(route::DELEGATE_FILES, &[], &call).await?;
        Ok(roles::outcome(&changed))
    }
}

const UNKNOWN_ROLE: &str = "A role that was deleted";
