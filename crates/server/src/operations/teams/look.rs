//! A team with its direct members, for those who may browse people somewhere, and for its members.

use crate::{
    app::Shared,
    caller::Caller,
    http::Refusal,
    operations::{path::Id, view::View},
};
use axum::extract::State;
use claviger_model::{action::Action, ids::PrincipalId, principal::PrincipalKind};
use claviger_protocol::{
    problem::Code,
    teams::{Member, TeamReply},
};
use claviger_storage::principals::MemberSource;
use std::collections::BTreeMap;

/// Shows a team.
pub async fn look(
    State(app): State<Shared>,
    Id(team): Id<PrincipalId>,
    caller: Caller,
) -> Result<axum::Json<TeamReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let listed = view.listed().await?;
    let browses = !listed.scopes_with(Action::PrincipalView).is_empty();
    if !browses && listed.subject.caller.membership(team).is_none() {
        return Err(Code::NotFound.into());
    }
    let root = view.db().root_scope().await?.ok_or(Code::NotFound)?;
    let manages = listed.allows(root.id, Action::TeamManage);
    let row = view.db().principal(team).await?;
    let row = row
        .filter(|row| row.kind() == PrincipalKind::Team)
        .ok_or(Code::NotFound)?;
    let mut sources: BTreeMap<PrincipalId, (bool, bool)> = BTreeMap::new();
    for member in view.db().team_members(team).await? {
        let (by_provider, by_hand) = sources.entry(member.member).or_default();
        match member.source {
            MemberSource::Provider => *by_provider = true,
            MemberSource::Local => *by_hand = true,
        }
    }
    let ids: Vec<_> = sources.keys().copied().collect();
    let rows = if ids.is_empty() {
        Vec::new()
    } else {
        view.db().principals(&ids).await?
    };
    let mut members: Vec<_> = rows
        .into_iter()
        .map(|row| {
            let (by_provider, by_hand) = sources.get(&row.id).copied().unwrap_or_default();
            Member {
                id: row.id,
                kind: row.kind(),
                name: row.name.to_string(),
                by_provider,
                by_hand,
            }
        })
        .collect();
    members.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    let mut within: Vec<_> = view
        .db()
        .teams_of(team)
        .await?
        .into_iter()
        .map(|m| m.team)
        .collect();
    within.dedup();
    let groups = if manages {
        let mapped = view.db().group_mappings(&app.config.oidc.issuer).await?;
        mapped
            .into_iter()
            .filter(|(_, of)| *of == team)
            .map(|(group, _)| group)
            .collect()
    } else {
        Vec::new()
    };
    Ok(axum::Json(TeamReply {
        id: row.id,
        name: row.name.to_string(),
        state: row.state,
        members,
        within,
        groups,
    }))
}
