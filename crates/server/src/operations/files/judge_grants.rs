//! Which grants an identity may give, shorten and end: asked of the one engine, for which the identity's role grants what was
//! delegated.

use super::{
    form::{GrantEntry, at_moment},
    judge::{Ground, Said, no},
};
use crate::{
    http::Refusal,
    operations::{
        grants::{
            checked_conditions,
            delegation::{self, holds_own_service, plain},
        },
        guardrails::changing::unusable,
        state::State,
        words,
    },
};
use claviger_model::{
    action::Action,
    builtin_roles::POLICY_FILES,
    conditions::GrantConditions,
    grant::{Grant, MAX_REASON_BYTES},
    ids::{GrantId, ScopeId},
    role::{MayGrant, Role},
    time::Timestamp,
};
use claviger_policy::{
    assign::{Assignment, Giver, separate},
    engine::PolicyEngine,
    question::Question,
};
use claviger_protocol::{
    grants::GiveGrant,
    policy_files::{Differs, FileChange},
    problem::Code,
};

/// The engine of the roles as they would be, in which the role of the identity grants what was delegated.
pub(super) async fn engine(state: &mut State<'_>, ground: &Ground<'_>) -> Result<PolicyEngine, Refusal> {
    let guardrails = state.reader.guardrails().await?;
    let mut roles = ground.after.clone();
    roles.retain(|role| role.id != POLICY_FILES);
    let own = ground.roles.iter().find(|role| role.id == POLICY_FILES);
    let own = own.cloned().ok_or(Code::Forbidden)?;
    roles.push(Role {
        actions: [Action::FilesApply, Action::GrantAssign, Action::GrantRevoke].into(),
        may_grant: MayGrant::Roles(ground.grantable.clone()),
        ..own
    });
    PolicyEngine::new(roles, &guardrails, 0).map_err(unusable)
}

/// Whether one change may be carried out.
pub(super) async fn grant(
    state: &mut State<'_>,
    ground: &Ground<'_>,
    engine: &PolicyEngine,
    change: &FileChange,
) -> Result<Said, Refusal> {
    let id: GrantId = change.id.parse().map_err(Refusal::internal)?;
    let known = state.reader.grant(id).await?;
    let wanted = ground.wanted.grants.get(&id);
    match (change.differs, known, wanted) {
        (Differs::OnlyInFile, Some(_), _) => Ok(no(
            Code::WrongState,
            "this grant was ended or is elsewhere; what is given anew has an id of its own",
        )),
        (Differs::OnlyInFile, None, Some(entry)) => given(state, ground, engine, entry).await,
        (Differs::Otherwise, Some(known), Some(entry)) => {
            if shortened(change, &known, entry, state.circumstances.now).is_none() {
                return Ok(no(
                    Code::BadRequest,
                    "a grant gets nothing but an earlier end; everything else is another grant, with an id of its own",
                ));
            }
            taken(state, ground, engine, &known).await
        }
        (Differs::OnlyInOrganization, Some(known), _) => taken(state, ground, engine, &known).await,
        _ => Err(Refusal::internal("a change of a grant that is on no side")),
    }
}

/// The earlier end that a file gives a grant; none where it changes anything else.
pub(super) fn shortened(
    change: &FileChange,
    known: &Grant,
    entry: &GrantEntry,
    now: Timestamp,
) -> Option<Timestamp> {
    if change.fields.iter().any(|field| field.field != "expires_at") {
        return None;
    }
    let end = entry.expires_at.as_deref().and_then(at_moment)?;
    let earlier = known.expires_at.is_none_or(|known| end < known);
    let begins = known.not_before.is_none_or(|start| start < end);
    (earlier && begins && end > now).then_some(end)
}

/// A grant as a file says it, in the form of a call.
pub(super) fn as_call(entry: &GrantEntry) -> Result<GiveGrant, Refusal> {
    let conditions = match entry.conditions.as_deref() {
        None => GrantConditions::default(),
        Some(text) => GrantConditions::from_stored(text),
    };
    let unreadable = || Refusal::new(Code::BadRequest).detail("its conditions cannot be read");
    let call = GiveGrant {
        id: entry.id,
        principal: entry.principal,
        role: entry.role,
        scope: entry.scope,
        reason: words::checked(&entry.reason, MAX_REASON_BYTES)?,
        not_before: entry.not_before.as_deref().and_then(at_moment),
        expires_at: entry.expires_at.as_deref().and_then(at_moment),
        conditions: conditions.known().cloned().ok_or_else(unreadable)?,
        plan: None,
    };
    checked_conditions(&call)?;
    Ok(call)
}

async fn given(
    state: &mut State<'_>,
    ground: &Ground<'_>,
    engine: &PolicyEngine,
    entry: &GrantEntry,
) -> Result<Said, Refusal> {
    let call = match as_call(entry) {
        Ok(call) => call,
        Err(refusal) => return Ok(Err(refusal.into())),
    };
    let receiver = state
        .reader
        .principal(call.principal)
        .await?
        .ok_or(Code::NotFound)?;
    let place = state.place(call.scope).await?.ok_or(Code::NotFound)?;
    let service = state.principal.clone();
    let own = state.subject(&service).await?;
    let grants = along(ground, &place.resource.chain);
    let circumstances = state.circumstances;
    let giver = Giver {
        caller: &own.caller,
        grants: &grants,
        circumstances: &circumstances,
    };
    let seen = plain(&receiver);
    let assignment = Assignment {
        role: call.role,
        receiver: &seen,
        scope: &place.resource,
        not_before: call.not_before,
        expires_at: call.expires_at,
    };
    if let Err(refused) = engine.may_assign(&giver, &assignment) {
        return Ok(Err(delegation::refusal(&refused).into()));
    }
    for (_, subject) in &ground.behind {
        let own = separate(&subject.caller, &seen).is_err()
            || holds_own_service(state.reader, &subject.caller, &receiver, circumstances.now).await?;
        if own {
            return Ok(no(
                Code::SeparationOfDuties,
                "it would reach somebody who has a key of this identity, answers for it or delegated to it, or a team or service of theirs",
            ));
        }
    }
    Ok(Ok(()))
}

async fn taken(
    state: &mut State<'_>,
    ground: &Ground<'_>,
    engine: &PolicyEngine,
    grant: &Grant,
) -> Result<Said, Refusal> {
    if !ground.grantable.contains(&grant.role) {
        return Ok(no(
            Code::Forbidden,
            "this identity neither gives nor takes this role",
        ));
    }
    let place = state.place(grant.scope).await?.ok_or(Code::NotFound)?;
    let service = state.principal.clone();
    let own = state.subject(&service).await?;
    let grants = along(ground, &place.resource.chain);
    let circumstances = state.circumstances;
    let decision = engine.decide(&Question {
        caller: &own.caller,
        action: Action::GrantRevoke,
        resource: &place.resource,
        grants: &grants,
        circumstances: &circumstances,
    });
    Ok(if decision.allowed {
        Ok(())
    } else {
        no(Code::Forbidden, "this identity takes nothing away here")
    })
}

/// The identity's grant, where it reaches.
fn along(ground: &Ground<'_>, chain: &[ScopeId]) -> Vec<Grant> {
    let grant = &ground.identity.grant;
    if chain.contains(&grant.scope) {
        vec![grant.clone()]
    } else {
        Vec::new()
    }
}
