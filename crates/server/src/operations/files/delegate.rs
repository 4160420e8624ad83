//! Delegating files to a service identity (`/v1/policy-files/delegations`).

use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::{
        proposals::{Submission, submit},
        view::View,
        words,
    },
    sequencer::job,
};
use axum::extract::State;
use claviger_model::{action::Action, event::EventKind, grant::MAX_REASON_BYTES};
use claviger_protocol::{
    policy_files::{DelegateFiles, DelegationForm, DelegationRecord, DelegationsReply},
    problem::Code,
    roles::{Changed, ProposedChange},
};

/// Proposes a delegation; a second Owner approves it.
pub async fn delegate(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<DelegateFiles>,
) -> Result<axum::Json<Changed>, Refusal> {
    let reason = words::checked(&call.reason, MAX_REASON_BYTES)?;
    let issuer = app.config.oidc.issuer.clone();
    let job = job::<Changed, _>(move |change| {
        Box::pin(async move {
            let acting = change.admit(&caller, EventKind::ProposalMade).await?;
            let submission = Submission {
                content: ProposedChange::Delegation {
                    delegation: call.delegation,
                },
                reason,
                proposal: Some(call.proposal),
                issuer,
                simulation: None,
            };
            submit(change, &acting, submission).await
        })
    });
    app.sequencer.change(job).await.map(axum::Json)
}

/// The delegations that have not ended, for those who manage policies.
pub async fn list(
    State(app): State<Shared>,
    caller: Caller,
) -> Result<axum::Json<DelegationsReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let root = view.db().root_scope().await?.ok_or(Code::NotFound)?;
    let place = view.place(root.id).await?.ok_or(Code::NotFound)?;
    if !view.decide(Action::PolicyManage, &place).await?.decision.allowed {
        return Err(Code::Forbidden.into());
    }
    let now = view.now();
    let mut delegations = Vec::new();
    for row in view.db().file_delegations(now).await? {
        let Some(grant) = view.db().grant(row.grant).await? else {
            continue;
        };
        delegations.push(DelegationRecord {
            delegation: DelegationForm {
                grant: grant.id,
                service: grant.principal,
                scope: grant.scope,
                may_grant: row.may_grant,
                roles: row.roles,
                guardrails: row.guardrails,
                expires_at: grant.expires_at.unwrap_or(now),
            },
            reason: grant.reason,
            made_by: grant.granted_by,
            approved_by: row.approved_by,
            made_at: grant.granted_at,
        });
    }
    Ok(axum::Json(DelegationsReply { delegations }))
}
