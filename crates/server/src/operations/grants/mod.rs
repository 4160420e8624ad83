//! Roles and grants.

mod end;
mod give;

use super::view::View;
use crate::{
    app::Shared,
    caller::Caller,
    http::{Handled, Refusal, handle},
};
use axum::extract::State;
use claviger_model::{action::Action, grant::Grant, ids::GrantId};
use claviger_protocol::{
    grants::{GrantsReply, RolesReply},
    route,
};
use std::collections::BTreeMap;

const PAGE: u32 = 1_000;

/// The routes of this module.
pub fn routes() -> Vec<Handled> {
    vec![
        handle(route::ROLES, roles),
        handle(route::GRANTS, list),
        handle(route::GIVE_GRANT, give::give),
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

/// The caller's own grants, and those at scopes where they may look at grants.
async fn list(State(app): State<Shared>, caller: Caller) -> Result<axum::Json<GrantsReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let (listed, now) = (view.listed().await?, view.now());
    let own = listed
        .subject
        .grants
        .iter()
        .filter(|grant| lives(grant, now))
        .cloned();
    let mut grants: BTreeMap<GrantId, Grant> = own.map(|grant| (grant.id, grant)).collect();
    let scopes = listed.scopes_with(Action::GrantView);
    let mut after = None;
    while !scopes.is_empty() {
        let page = view.db().grants_at(&scopes, now, after, PAGE).await?;
        let full = page.len() >= PAGE as usize;
        after = page.last().map(|grant| grant.id);
        grants.extend(page.into_iter().map(|grant| (grant.id, grant)));
        if !full {
            break;
        }
    }
    Ok(axum::Json(GrantsReply {
        grants: grants.into_values().collect(),
    }))
}

/// Whether a grant counts now or will; a list kept for an epoch may hold some that ran out meanwhile.
pub fn lives(grant: &Grant, now: claviger_model::time::Timestamp) -> bool {
    grant.ended.is_none() && grant.expires_at.is_none_or(|end| now < end)
}
