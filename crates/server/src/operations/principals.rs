//! People, teams and services (`GET /v1/principals`).

use super::view::View;
use crate::{
    app::Shared,
    caller::Caller,
    http::{Handled, Refusal, handle},
};
use axum::extract::State;
use claviger_model::{
    action::Action,
    ids::PrincipalId,
    principal::{Nature, PrincipalKind},
};
use claviger_protocol::{
    principals::{PrincipalRecord, PrincipalsReply},
    problem::Code,
    route,
};
use claviger_storage::{
    Reader, StorageError,
    principals::{Principal, PrincipalFilter},
};
use std::collections::{BTreeMap, BTreeSet};

const PAGE: u32 = 500;

/// The routes of this module.
pub fn routes() -> Vec<Handled> {
    vec![handle(route::PRINCIPALS, list)]
}

/// Everyone, for those who may browse people somewhere.
async fn list(State(app): State<Shared>, caller: Caller) -> Result<axum::Json<PrincipalsReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    if view.listed().await?.scopes_with(Action::PrincipalView).is_empty() {
        return Err(Code::Forbidden.into());
    }
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = view
            .db()
            .principals_page(PrincipalFilter::default(), after, PAGE)
            .await?;
        let full = page.len() >= PAGE as usize;
        after = page.last().map(|principal| principal.id);
        found.extend(page);
        if !full {
            break;
        }
    }
    let teams = memberships(view.db(), &found).await?;
    let mut principals: Vec<_> = found.iter().map(record).collect();
    for principal in &mut principals {
        principal.teams = teams.get(&principal.id).cloned().unwrap_or_default();
    }
    principals.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    Ok(axum::Json(PrincipalsReply { principals }))
}

/// The teams that each is directly in; one statement for each team.
async fn memberships(
    reader: &mut dyn Reader,
    all: &[Principal],
) -> Result<BTreeMap<PrincipalId, Vec<PrincipalId>>, StorageError> {
    let mut teams: BTreeMap<PrincipalId, Vec<PrincipalId>> = BTreeMap::new();
    for team in all
        .iter()
        .filter(|principal| principal.kind() == PrincipalKind::Team)
    {
        for membership in reader.team_members(team.id).await? {
            let of = teams.entry(membership.member).or_default();
            // One and the same by the provider and by hand.
            if !of.contains(&team.id) {
                of.push(team.id);
            }
        }
    }
    Ok(teams)
}

/// Enough to show a principal, without its teams.
pub fn record(principal: &Principal) -> PrincipalRecord {
    let class = if let Nature::Service { class, .. } = principal.nature {
        Some(class)
    } else {
        None
    };
    PrincipalRecord {
        id: principal.id,
        kind: principal.kind(),
        name: principal.name.to_string(),
        email: principal.email.clone(),
        state: principal.state,
        class,
        teams: Vec::new(),
    }
}

/// The named ones that exist, each once, in the order of their ids.
///
/// # Errors
/// When the tables cannot be read.
pub async fn named(
    reader: &mut dyn Reader,
    ids: impl IntoIterator<Item = PrincipalId>,
) -> Result<Vec<PrincipalRecord>, StorageError> {
    let ids: Vec<_> = ids.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut found: Vec<_> = reader.principals(&ids).await?.iter().map(record).collect();
    found.sort_by_key(|principal| principal.id);
    Ok(found)
}
