//! Proposals, for those who may manage roles, teams or guardrails.

use super::{answer::read, digest};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::view::View,
};
use axum::extract::State;
use claviger_model::{action::Action, time::Timestamp};
use claviger_protocol::{
    problem::Code,
    roles::{ProposalRecord, ProposalState, ProposalsCall, ProposalsReply},
};
use claviger_storage::proposals::{Proposal, ProposalState as Standing};

const PAGE: u32 = 100;

/// A page, newest first.
pub async fn list(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<ProposalsCall>,
) -> Result<axum::Json<ProposalsReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let root = view.db().root_scope().await?.ok_or(Code::NotFound)?;
    let listed = view.listed().await?;
    if ![Action::RoleManage, Action::TeamManage, Action::PolicyManage]
        .iter()
        .any(|action| listed.allows(root.id, *action))
    {
        return Err(Code::Forbidden.into());
    }
    let before = match call.before {
        Some(id) => {
            let row = view.db().proposal(id).await?.ok_or(Code::NotFound)?;
            Some((row.proposed_at, row.id))
        }
        None => None,
    };
    let now = view.now();
    let rows = view.db().proposals(before, PAGE).await?;
    let proposals = rows
        .iter()
        .map(|row| record(row, now))
        .collect::<Result<_, _>>()?;
    Ok(axum::Json(ProposalsReply { proposals }))
}

fn record(row: &Proposal, now: Timestamp) -> Result<ProposalRecord, Refusal> {
    let state = match row.state {
        Standing::Open if row.expires_at <= now => ProposalState::Expired,
        Standing::Open => ProposalState::Open,
        Standing::Executed => ProposalState::Executed,
        Standing::Refused => ProposalState::Refused,
        Standing::Withdrawn => ProposalState::Withdrawn,
    };
    Ok(ProposalRecord {
        id: row.id,
        change: read(row)?,
        digest: digest(row).into(),
        widens: serde_json::from_value(row.widens.clone()).map_err(Refusal::internal)?,
        reason: row.reason.clone(),
        author: row.author,
        proposed_at: row.proposed_at,
        expires_at: row.expires_at,
        state,
        answered_by: row.answer.as_ref().map(|answer| answer.by),
        word: row
            .answer
            .as_ref()
            .map(|answer| answer.word.clone())
            .filter(|word| !word.is_empty()),
    })
}
