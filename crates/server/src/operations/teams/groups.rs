//! Groups of the identity provider that stand for teams.

use super::{KIND, event, managed, members::frees_oneself};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::{
        path::Id,
        proposals::{Submission, submit},
        words,
    },
    sequencer::{Stop, job},
    stream::Audience,
};
use axum::{extract::State, http::StatusCode};
use claviger_model::{grant::MAX_REASON_BYTES, ids::PrincipalId};
use claviger_protocol::{
    problem::Code,
    roles::{Changed, ProposedChange},
    stream::Hint,
    teams::{MapGroup, UnmapGroup},
};

/// Lets a group stand for a team; proposes it when the team holds what its author does not, since only the provider
/// knows who is in a group.
pub async fn map(
    State(app): State<Shared>,
    Id(team): Id<PrincipalId>,
    caller: Caller,
    Json(call): Json<MapGroup>,
) -> Result<axum::Json<Changed>, Refusal> {
    let reason = words::checked(&call.reason, MAX_REASON_BYTES)?;
    let issuer = app.config.oidc.issuer.clone();
    let job = job::<Changed, _>(move |change| {
        Box::pin(async move {
            let acting = change.admit(&caller, KIND).await?;
            let submission = Submission {
                content: ProposedChange::Group {
                    group: call.group,
                    team,
                },
                reason,
                proposal: call.proposal,
                issuer,
                simulation: None,
            };
            submit(change, &acting, submission).await
        })
    });
    app.sequencer.change(job).await.map(axum::Json)
}

/// The group stands for the team no more; people leave it when the provider vouches for them the next time.
pub async fn unmap(
    State(app): State<Shared>,
    Id(team): Id<PrincipalId>,
    caller: Caller,
    Json(call): Json<UnmapGroup>,
) -> Result<StatusCode, Refusal> {
    let issuer = app.config.oidc.issuer.clone();
    let job = job::<(), _>(move |change| {
        Box::pin(async move {
            let acting = change.admit(&caller, KIND).await?;
            let (_, policies) = managed(change, &acting, team).await?;
            let mapped = change.db().group_mappings(&issuer).await?;
            if !mapped
                .iter()
                .any(|(group, of)| *group == call.group && *of == team)
            {
                return Err(Refusal::new(Code::WrongState)
                    .detail("this group does not stand for this team")
                    .into());
            }
            let event = event(change, &acting, team, "group-unmapped");
            let me = acting.who.principal;
            let mine = change
                .db()
                .team_members(team)
                .await?
                .iter()
                .any(|member| member.member == me);
            if mine && frees_oneself(change, &acting, team, me).await? {
                let refusal = Refusal::new(Code::SeparationOfDuties)
                    .detail("a guardrail names this team; nobody takes themselves out of it");
                return Err(Stop::Refused(
                    refusal,
                    Box::new(event.refused(Code::SeparationOfDuties)),
                ));
            }
            change.db().unmap_group(&issuer, &call.group).await?;
            change.record(event.decided_by(policies).commit("group", call.group, None));
            change.hint(Audience::Everyone, Hint::Sync);
            Ok(())
        })
    });
    app.sequencer.change(job).await.map(|()| StatusCode::NO_CONTENT)
}
