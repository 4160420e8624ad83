//! Who exports, plans and applies: people who manage all of it, and the one service identity that files were delegated to.

use super::{
    export::path_of,
    form::{GRANTS, GUARDRAILS, ROLES},
    read::is_text,
};
use crate::{http::Refusal, operations::state::State};
use claviger_model::{
    action::Action, builtin_roles::POLICY_FILES, grant::Grant, principal::PrincipalKind, scope::Scope,
};
use claviger_protocol::problem::Code;
use claviger_storage::files::FileDelegation;

/// A service identity with what was delegated to it.
pub(super) struct Identity {
    /// What.
    pub delegation: FileDelegation,
    /// The grant that it is a part of.
    pub grant: Grant,
    /// Where.
    pub scope: Scope,
}

/// Whose files they are.
pub(super) enum Whose {
    /// Somebody's who manages policies and roles and sees every grant: all of them.
    Person,
    /// An identity's: those of its scope.
    Identity(Box<Identity>),
}

impl Identity {
    /// Whether there is such a file for it.
    pub fn has(&self, path: &str) -> bool {
        if self.scope.parent.is_none() {
            [ROLES, GUARDRAILS].contains(&path) || path.starts_with(GRANTS) || is_text(path)
        } else {
            path == path_of(&self.scope)
        }
    }
}

impl Whose {
    /// Whether there is such a file for them.
    pub fn has(&self, path: &str) -> bool {
        match self {
            Self::Person => true,
            Self::Identity(identity) => identity.has(path),
        }
    }
}

/// Who asks.
///
/// # Errors
/// When they may not.
pub(super) async fn whose(state: &mut State<'_>) -> Result<Whose, Refusal> {
    if state.principal.kind() == PrincipalKind::Service {
        return Ok(Whose::Identity(Box::new(identity(state).await?)));
    }
    let root = state.reader.root_scope().await?.ok_or(Code::NotFound)?;
    let place = state.place(root.id).await?.ok_or(Code::NotFound)?;
    for action in [Action::PolicyManage, Action::RoleManage, Action::GrantView] {
        if !state.decide(action, &place).await?.decision.allowed {
            return Err(Code::Forbidden.into());
        }
    }
    Ok(Whose::Person)
}

/// The identity that asks: one that holds nothing but a delegation; of several, the newest counts.
///
/// # Errors
/// When it is none.
pub(super) async fn identity(state: &mut State<'_>) -> Result<Identity, Refusal> {
    let service = state.principal.clone();
    if service.kind() != PrincipalKind::Service {
        return Err(Refusal::new(Code::Forbidden)
            .detail("files are applied by a service identity that two Owners delegated them to"));
    }
    let (subject, now) = (state.subject(&service).await?, state.circumstances.now);
    let live = |grant: &&Grant| grant.ended.is_none() && grant.expires_at.is_none_or(|end| now < end);
    let mut newest: Option<&Grant> = None;
    for grant in subject.grants.iter().filter(live) {
        if grant.role != POLICY_FILES || grant.principal != service.id {
            return Err(Refusal::new(Code::Forbidden)
                .detail("this service identity holds other access; what applies files holds nothing else"));
        }
        if newest.is_none_or(|known| (known.granted_at, known.id) < (grant.granted_at, grant.id)) {
            newest = Some(grant);
        }
    }
    let grant = newest.cloned().ok_or(Code::Forbidden)?;
    let delegation = state.reader.file_delegation(grant.id).await?;
    let delegation = delegation.ok_or(Code::Forbidden)?;
    let place = state.place(grant.scope).await?.ok_or(Code::Forbidden)?;
    if !state.decide(Action::FilesApply, &place).await?.decision.allowed {
        return Err(Code::Forbidden.into());
    }
    let scope = state.reader.scopes(&[grant.scope]).await?.into_iter().next();
    Ok(Identity {
        delegation,
        grant,
        scope: scope.ok_or(Code::Forbidden)?,
    })
}
