//! People, teams and services (`GET /v1/principals`), page by page.

use super::{path::Id, view::View};
use crate::{
    app::Shared,
    caller::Caller,
    http::{Handled, Refusal, handle},
};
use axum::extract::State;
use claviger_model::{action::Action, ids::PrincipalId, principal::Nature};
use claviger_protocol::{
    principals::{PAGE, PrincipalRecord, PrincipalsReply},
    problem::Code,
    route,
};
use claviger_storage::{
    Reader, StorageError,
    principals::{Principal, PrincipalFilter},
};
use std::collections::{BTreeMap, BTreeSet};

/// The routes of this module.
pub fn routes() -> Vec<Handled> {
    vec![
        handle(route::PRINCIPALS, list),
        handle(route::PRINCIPALS_AFTER, list_after),
    ]
}

async fn list(State(app): State<Shared>, caller: Caller) -> Result<axum::Json<PrincipalsReply>, Refusal> {
    page(&app, &caller, None).await
}

async fn list_after(
    State(app): State<Shared>,
    Id(after): Id<PrincipalId>,
    caller: Caller,
) -> Result<axum::Json<PrincipalsReply>, Refusal> {
    page(&app, &caller, Some(after)).await
}

/// A page of everyone, for those who may browse people somewhere.
async fn page(
    app: &Shared,
    caller: &Caller,
    after: Option<PrincipalId>,
) -> Result<axum::Json<PrincipalsReply>, Refusal> {
    let mut view = View::open(app, caller).await?;
    view.demand_somewhere(Action::PrincipalView, Code::Forbidden)
        .await?;
    // One more than a page, which tells whether another one follows.
    let limit = u32::try_from(PAGE).unwrap_or(u32::MAX).saturating_add(1);
    let mut found = view
        .db()
        .principals_page(PrincipalFilter::default(), after, limit)
        .await?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let next = found.last().map(|principal| principal.id).filter(|_| more);
    let teams = memberships(view.db(), &found).await?;
    let mut principals: Vec<_> = found.iter().map(record).collect();
    for principal in &mut principals {
        principal.teams = teams.get(&principal.id).cloned().unwrap_or_default();
    }
    principals.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    Ok(axum::Json(PrincipalsReply { principals, next }))
}

/// The teams that each is directly in.
async fn memberships(
    reader: &mut dyn Reader,
    of: &[Principal],
) -> Result<BTreeMap<PrincipalId, Vec<PrincipalId>>, StorageError> {
    let members: Vec<_> = of.iter().map(|principal| principal.id).collect();
    let mut teams: BTreeMap<PrincipalId, Vec<PrincipalId>> = BTreeMap::new();
    for membership in reader.teams_of_all(&members).await? {
        let of = teams.entry(membership.member).or_default();
        // One and the same by the provider and by hand.
        if !of.contains(&membership.team) {
            of.push(membership.team);
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
