//! Roles of one's own.

use super::{access::shown, grant_change, input, names};
use crate::{
    Vault,
    view::{
        problem::Problem,
        role::{ActionView, ChangeOutcome, RoleEdit, RoleView, RolesView},
    },
};
use claviger_crypto::bytes::sha256;
use claviger_model::{
    action::{Action, Plane},
    ids::{ProposalId, RoleId},
    role::{MayGrant, Role},
};
use claviger_protocol::{
    grants::RolesReply,
    roles::{Changed, DeleteRole, PutRole, RoleForm, canonical_role},
    route,
    wire::Bytes,
};

impl Vault {
    /// All roles, and what they can be made of.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn roles(&self) -> Result<RolesView, Problem> {
        let reply: RolesReply = self.inner.ask(route::ROLES, &[]).await?;
        let action = |action: &Action| ActionView {
            code: action.to_string(),
            words: grant_change::words(*action).to_owned(),
            values: action.plane() == Plane::Data,
            authority: action.is_authority(),
        };
        let roles = reply.roles.iter().map(|role| view(role, &reply.roles));
        Ok(RolesView {
            roles: roles.collect::<Result<_, _>>()?,
            actions: Action::ALL.iter().map(action).collect(),
            may_manage: self.may_at_root(Action::RoleManage)?,
        })
    }

    /// Makes a role or changes one; `propose` to let it wait for a second owner should it need one.
    ///
    /// # Errors
    /// `secondOwnerNeeded` when it does and was not proposed; when values and power over access would be in one hand,
    /// somebody changed the role meanwhile, or the server refuses.
    pub async fn put_role(
        &self,
        edit: &RoleEdit,
        reason: &str,
        propose: bool,
    ) -> Result<ChangeOutcome, Problem> {
        let id: RoleId = match &edit.id {
            Some(id) => names::id(id)?,
            None => RoleId::random(&*self.inner.parts.entropy),
        };
        let form = RoleForm {
            name: input::name(&edit.name)?,
            actions: edit
                .actions
                .iter()
                .map(|code| names::id(code))
                .collect::<Result<_, _>>()?,
            may_grant: MayGrant::Roles(
                edit.may_grant
                    .iter()
                    .map(|role| names::id(role))
                    .collect::<Result<_, _>>()?,
            ),
            replaces: edit
                .replaces
                .clone()
                .map(|digest| Bytes::try_from(digest).map_err(|_| names::not_found()))
                .transpose()?,
        };
        let RoleForm {
            name,
            actions,
            may_grant,
            ..
        } = form.clone();
        Role::custom(id, name, actions, may_grant).map_err(|error| {
            names::problem(
                "roleInvalid",
                "There can be no such role.",
                Some(error.to_string()),
            )
        })?;
        let call = PutRole {
            role: form,
            reason: input::words(reason)?,
            proposal: propose.then(|| ProposalId::random(&*self.inner.parts.entropy)),
        };
        let changed: Changed = self.inner.call(route::PUT_ROLE, &[&id], &call).await?;
        self.inner.hint_sync();
        Ok(outcome(&changed))
    }

    /// Deletes a role that no grant ever named.
    ///
    /// # Errors
    /// When a grant names it, or the server refuses.
    pub async fn delete_role(&self, id: &str, reason: &str) -> Result<(), Problem> {
        let id: RoleId = names::id(id)?;
        let call = DeleteRole {
            reason: input::words(reason)?,
        };
        self.done(route::DELETE_ROLE, &[&id], &call).await
    }
}

fn view(role: &Role, all: &[Role]) -> Result<RoleView, Problem> {
    let canonical =
        canonical_role(role).map_err(|_| names::problem("internal", "Something went wrong.", None))?;
    let may_grant = match &role.may_grant {
        MayGrant::Every => None,
        MayGrant::Roles(roles) => {
            let known = all.iter().filter(|role| roles.contains(&role.id));
            Some(known.map(shown::role_ref).collect())
        }
    };
    Ok(RoleView {
        id: role.id.to_string(),
        name: role.name.to_string(),
        builtin: role.builtin,
        actions: role.actions.iter().map(ToString::to_string).collect(),
        may_grant,
        digest: Bytes::from(sha256(&canonical)).into(),
    })
}

/// What became of a change that may need a second owner.
pub(super) const fn outcome(changed: &Changed) -> ChangeOutcome {
    match changed {
        Changed::Made => ChangeOutcome::Made,
        Changed::Proposed { .. } => ChangeOutcome::Proposed,
    }
}
