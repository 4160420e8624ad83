//! Roles, guardrails and grants as files: for those who manage policies. What applies them is a service identity, by the same routes.

use super::{input, names};
use crate::{Vault, view::problem::Problem};
use claviger_model::ids::ProposalId;
use claviger_protocol::{
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
    pub async fn file_delegations(&self) -> Result<Vec<DelegationRecord>, Problem> {
        let reply: DelegationsReply = self.inner.ask(route::FILE_DELEGATIONS, &[]).await?;
        Ok(reply.delegations)
    }

    /// Proposes that a service identity applies files; a second owner approves it.
    ///
    /// # Errors
    /// When the person may not, the words cannot stand, or what is proposed cannot be.
    pub async fn delegate_policy_files(
        &self,
        proposal: &str,
        delegation: DelegationForm,
        reason: &str,
    ) -> Result<Changed, Problem> {
        let proposal: ProposalId = names::id(proposal)?;
        let call = DelegateFiles {
            delegation,
            reason: input::words(reason)?,
            proposal,
        };
        Ok(self.inner.call(route::DELEGATE_FILES, &[], &call).await?)
    }
}
