//! Roles and grants.

pub mod delegation;
pub mod end;
mod give;
pub mod plan;
mod preview;
mod reach;

pub use delegation::refusal;
pub use end::{is_last_owner, object};
pub use give::{checked_conditions, write};

use super::{path::Id, view::View};
use crate::{
    app::Shared,
    caller::Caller,
    http::{Handled, Refusal, handle},
};
use axum::extract::State;
use claviger_model::{action::Action, grant::Grant, ids::GrantId};
use claviger_protocol::{
    grants::{GrantsReply, PAGE, RolesReply},
    route,
};
use std::collections::BTreeMap;

/// The routes of this module.
pub fn routes() -> Vec<Handled> {
    vec![
        handle(route::ROLES, roles),
        handle(route::GRANTS, list),
        handle(route::GRANTS_AFTER, list_after),
        handle(route::GIVE_GRANT, give::give),
        handle(route::PREVIEW_GRANT, preview::preview),
        handle(route::GRANT_CHOICES, preview::choices),
        handle(route::GRANT_RECEIVERS, preview::receivers),
        handle(route::END_GRANT, end::end),
    ]
}

/// Every role; what roles there are is no secret within the organization.
async fn roles(State(app): State<Shared>, caller: Caller) -> Result<axum::Json<RolesReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let mut roles = view.db().roles().await?;
    roles.sort_by_key(|role| (!role.builtin, role.id));
    Ok(axum::Json(RolesReply { roles }))
}

async fn list(State(app): State<Shared>, caller: Caller) -> Result<axum::Json<GrantsReply>, Refusal> {
    page(&app, &caller, None).await
}

async fn list_after(
    State(app): State<Shared>,
    Id(after): Id<GrantId>,
    caller: Caller,
) -> Result<axum::Json<GrantsReply>, Refusal> {
    page(&app, &caller, Some(after)).await
}

/// A page of the caller's own grants, and of those at scopes where they may look at grants.
async fn page(
    app: &Shared,
    caller: &Caller,
    after: Option<GrantId>,
) -> Result<axum::Json<GrantsReply>, Refusal> {
    let mut view = View::open(app, caller).await?;
    let (listed, now) = (view.listed().await?, view.now());
    let own = listed
        .subject
        .grants
        .iter()
        .filter(|grant| lives(grant, now) && after.is_none_or(|after| grant.id > after))
        .cloned();
    let mut grants: BTreeMap<GrantId, Grant> = own.map(|grant| (grant.id, grant)).collect();
    let scopes = listed.scopes_with(Action::GrantView);
    if !scopes.is_empty() {
        // One more than a page, which tells whether another one follows.
        let limit = u32::try_from(PAGE).unwrap_or(u32::MAX).saturating_add(1);
        let there = view.db().grants_at(&scopes, now, after, limit).await?;
        grants.extend(there.into_iter().map(|grant| (grant.id, grant)));
    }
    let more = grants.len() > PAGE;
    let grants: Vec<Grant> = grants.into_values().take(PAGE).collect();
    let next = grants.last().map(|grant| grant.id).filter(|_| more);
    Ok(axum::Json(GrantsReply { grants, next }))
}

/// Whether a grant counts now or will; a list kept for an epoch may hold some that ran out meanwhile.
pub fn lives(grant: &Grant, now: claviger_model::time::Timestamp) -> bool {
    grant.ended.is_none() && grant.expires_at.is_none_or(|end| now < end)
}
