//! Changing a guardrail (`POST /v1/guardrails/{policy}/change`): exactly as it was shown, or not at all.

use super::{
    ahead::{Wanted, ahead, simulated},
    changing::{Changing, becomes},
    effect::{Simulation, simulate},
    object,
};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::{
        path::Id,
        proposals::{Submission, object_at_root, submit},
        words,
    },
    sequencer::{Change, Stop},
};
use axum::extract::State;
use claviger_crypto::bytes::constant_time_eq;
use claviger_model::{action::Action, grant::MAX_REASON_BYTES, ids::PolicyId};
use claviger_protocol::{
    guardrails::ChangeGuardrail,
    problem::Code,
    roles::{Changed, ProposedChange},
};

/// Makes the change; proposes it when it needs a second Owner.
pub async fn change(
    State(app): State<Shared>,
    Id(id): Id<PolicyId>,
    caller: Caller,
    Json(mut call): Json<ChangeGuardrail>,
) -> Result<axum::Json<Changed>, Refusal> {
    call.reason = words::checked(&call.reason, MAX_REASON_BYTES)?;
    let issuer = app.config.oidc.issuer.clone();
    let wanted = Wanted {
        id,
        what: call.change.clone(),
        replaces: call.replaces.clone(),
    };
    let who = caller.clone();
    let find = || ahead(&app, &who, Some(&wanted));
    simulated(&app, find, move |change, simulation| {
        let (caller, call, issuer) = (caller.clone(), call.clone(), issuer.clone());
        Box::pin(async move { make(change, &caller, id, call, issuer, simulation).await })
    })
    .await
    .map(axum::Json)
}

async fn make(
    change: &mut Change,
    caller: &Caller,
    id: PolicyId,
    call: ChangeGuardrail,
    issuer: String,
    simulated_before: Option<Simulation>,
) -> Result<Changed, Stop> {
    let content = ProposedChange::Guardrail {
        id,
        what: call.change.clone(),
        replaces: call.replaces.clone(),
    };
    let kind = crate::operations::proposals::kind(&content);
    let acting = change.admit(caller, kind).await?;
    let policies = object_at_root(change, &acting, Action::PolicyManage, kind, object(id)).await?;
    let proposed_before = match call.proposal {
        Some(id) => change.db().proposal(id).await?.is_some(),
        None => false,
    };
    let current = change
        .db()
        .guardrails()
        .await?
        .into_iter()
        .find(|known| known.id == id);
    // A call whose answer was lost, and what is so already.
    let stands = becomes(id, &call.change, current.as_ref()) == current;
    let mut simulation = None;
    if !proposed_before && !stands {
        let changing = Changing::read(change.db(), id, call.change, call.replaces.as_ref()).await?;
        let now = change.now();
        let found = match simulated_before {
            Some(found) => found,
            None => simulate(change.db(), &changing, now).await?,
        };
        if !constant_time_eq(&found.digest, &call.digest.0) {
            let event = change.event(acting.who, kind).on(object(id)).decided_by(policies);
            return Err(change.refuse(event, Code::StalePlan));
        }
        simulation = Some(found);
    }
    let submission = Submission {
        content,
        reason: call.reason,
        proposal: call.proposal,
        issuer,
        simulation,
    };
    submit(change, &acting, submission).await
}
