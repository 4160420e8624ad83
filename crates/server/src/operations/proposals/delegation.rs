//! A service identity that carries out what files say: given by one Owner, approved by another, neither of whom answers for it
//! or has a key of it. It is a grant of the role "Policy files" with what may be granted by it.

use super::Execution;
use crate::{
    http::Refusal,
    operations::{
        grants::delegation::{Gift, may_delegate as may_give, refusal},
        state::State,
    },
    sequencer::{Acting, Change, Stop},
    stream::Audience,
};
use claviger_ledger::leaf::{Fact, Object};
use claviger_model::{
    action::Action,
    builtin_roles::{OWNER, POLICY_FILES},
    conditions::GrantConditions,
    event::EventKind,
    grant::Grant,
    principal::{PrincipalKind, PrincipalState},
};
use claviger_protocol::{policy_files::DelegationForm, problem::Code, stream::Hint};
use claviger_storage::{files::FileDelegation, principals::Principal};
use std::time::Duration;

/// The longest life of a delegation.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);
/// The field that commits to what may be granted.
const CONTENT: &str = "delegation-content";

/// What its events are about.
pub fn object(form: &DelegationForm) -> Object {
    Object {
        grant: Some(form.grant),
        principal: Some(form.service),
        role: Some(POLICY_FILES),
        scope: Some(form.scope),
        ..Object::default()
    }
}

/// Whether it stands already.
///
/// # Errors
/// Says what is wrong with it.
pub async fn stands(change: &mut Change, author: &Acting, form: &DelegationForm) -> Result<bool, Stop> {
    if let Some(known) = change.db().grant(form.grant).await? {
        let delegation = change.db().file_delegation(form.grant).await?;
        let same = delegation.is_some_and(|known| {
            (known.roles, known.guardrails) == (form.roles, form.guardrails)
                && known.may_grant == form.may_grant
        });
        let same = same
            && known.ended.is_none()
            && (known.principal, known.scope) == (form.service, form.scope)
            && known.expires_at == Some(form.expires_at);
        return if same {
            Ok(true)
        } else {
            Err(Code::Conflict.into())
        };
    }
    fits(change, author, form).await?;
    match may_delegate(change, author, form).await? {
        Ok(()) => Ok(false),
        Err(refusal) => {
            let event = change.event(author.who, EventKind::GrantGiven).on(object(form));
            let event = event.refused(refusal.code());
            Err(Stop::Refused(refusal, Box::new(event)))
        }
    }
}

async fn fits(change: &mut Change, author: &Acting, form: &DelegationForm) -> Result<(), Stop> {
    let wrong = |code, detail: &str| Err(Refusal::new(code).detail(detail).into());
    let now = change.now();
    if form.expires_at <= now || form.expires_at.since(now) > LONGEST {
        return wrong(
            Code::BadRequest,
            "a delegation lasts 366 days at most, from now on",
        );
    }
    let scope = change.db().scopes(&[form.scope]).await?.into_iter().next();
    let scope = scope.ok_or(Code::NotFound)?;
    let root = change.db().root_scope().await?.ok_or(Code::NotFound)?;
    let whole = scope.id == root.id;
    if !whole && scope.parent != Some(root.id) {
        return wrong(
            Code::BadRequest,
            "files are delegated for the organization or for a project",
        );
    }
    if (form.roles || form.guardrails) && !whole {
        return wrong(
            Code::BadRequest,
            "roles and guardrails are the organization's, so they are delegated for it",
        );
    }
    let roles = change.db().roles().await?;
    for id in &form.may_grant {
        let role = roles.iter().find(|role| role.id == *id);
        let Some(role) = role else {
            return Err(Refusal::new(Code::NotFound)
                .detail(format!("there is no role `{id}`"))
                .into());
        };
        if role.id == OWNER || role.allows(Action::FilesApply) {
            return wrong(
                Code::BadRequest,
                "neither Owner nor what applies files is given by files",
            );
        }
    }
    let service = service(change, form).await?;
    let grants = {
        let mut state = State::locked(change, author).await?;
        state.subject(&service).await?
    };
    if grants.grants.iter().any(|grant| grant.role != POLICY_FILES) {
        return wrong(
            Code::WrongState,
            "the service holds other access; the identity that applies files holds nothing else",
        );
    }
    Ok(())
}

async fn service(change: &mut Change, form: &DelegationForm) -> Result<Principal, Stop> {
    let row = change.db().principal(form.service).await?;
    let service = row.filter(|row| row.kind() == PrincipalKind::Service);
    let service = service.ok_or(Code::NotFound)?;
    if service.state != PrincipalState::Active || change.db().service(service.id).await?.is_none() {
        return Err(Refusal::new(Code::WrongState)
            .detail("the service is not active")
            .into());
    }
    Ok(service)
}

/// Whether an Owner may be one of the two: by delegation, and by the separation of duties.
///
/// # Errors
/// When the tables cannot be read; the inner error is the refusal.
pub async fn may_delegate(
    change: &mut Change,
    who: &Acting,
    form: &DelegationForm,
) -> Result<Result<(), Refusal>, Stop> {
    let receiver = service(change, form).await?;
    let place = change.place(form.scope).await?.ok_or(Code::NotFound)?;
    let gift = Gift {
        role: POLICY_FILES,
        place: &place,
        receiver: &receiver,
        not_before: None,
        expires_at: Some(form.expires_at),
    };
    let mut state = State::locked(change, who).await?;
    let may = may_give(&mut state, &gift).await?;
    Ok(may.map(|_| ()).map_err(|refused| refusal(&refused)))
}

/// Writes the grant and what may be carried out by it.
///
/// # Errors
/// When the tables cannot be written, or nobody approved it.
pub async fn execute(
    change: &mut Change,
    form: &DelegationForm,
    execution: Execution<'_>,
) -> Result<(), Stop> {
    let approved_by = execution.approved_by.ok_or(Code::SecondOwner)?;
    let grant = Grant {
        id: form.grant,
        principal: form.service,
        role: POLICY_FILES,
        scope: form.scope,
        reason: execution.reason.to_owned(),
        granted_by: execution.author,
        granted_at: change.now(),
        not_before: None,
        expires_at: Some(form.expires_at),
        conditions: GrantConditions::default(),
        ended: None,
    };
    change.db().insert_grant(&grant).await?;
    let delegation = FileDelegation {
        grant: form.grant,
        may_grant: form.may_grant.clone(),
        roles: form.roles,
        guardrails: form.guardrails,
        approved_by,
    };
    change.db().insert_file_delegation(&delegation).await?;
    let content = serde_json_canonicalizer::to_vec(form).map_err(Refusal::internal)?;
    let content = String::from_utf8(content).map_err(Refusal::internal)?;
    let event = execution
        .event
        .concerning(form.service)
        .fact("delegation", Fact::Flag(true))
        .commit(CONTENT, content, None);
    change.record(event);
    change.hint(Audience::Everyone, Hint::Sync);
    Ok(())
}
