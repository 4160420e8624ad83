//! Tokens of the identity provider's SCIM client: made, followed and ended by those who connect other systems. A token is shown once;
//! of it only the hash is kept. Whoever made one that counts joins no team by it (`scim::groups`).

mod make;

use super::{path::Id, proposals::object_at_root, view::View};
use crate::{
    app::Shared,
    caller::Caller,
    events::Event,
    http::{Handled, Refusal, handle},
    scim,
    sequencer::{Acting, Change, Stop, job},
};
use axum::{extract::State, http::StatusCode};
use claviger_ledger::leaf::{NAME, Object};
use claviger_model::{action::Action, event::EventKind, ids::KeyId};
use claviger_protocol::{
    problem::Code,
    provisioning::{TokenRecord, TokensReply},
    route,
};
use claviger_storage::scim::{ScimToken, TokenEnded};

/// Tokens that are listed.
const LISTED: u32 = 100;
const ENDED: EventKind = EventKind::ProvisioningTokenEnded;

/// The routes of this module.
pub fn routes() -> Vec<Handled> {
    vec![
        handle(route::SCIM_TOKENS, list),
        handle(route::MAKE_SCIM_TOKEN, make::make),
        handle(route::ROTATE_SCIM_TOKEN, make::rotate),
        handle(route::END_SCIM_TOKEN, end),
    ]
}

async fn list(State(app): State<Shared>, caller: Caller) -> Result<axum::Json<TokensReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let root = view.db().root_scope().await?.ok_or(Code::NotFound)?;
    let place = view.place(root.id).await?.ok_or(Code::NotFound)?;
    if !view.decide(Action::StoreManage, &place).await?.decision.allowed {
        return Err(Code::Forbidden.into());
    }
    let tokens = view.db().scim_tokens(LISTED).await?;
    Ok(axum::Json(TokensReply {
        tokens: tokens.into_iter().map(record).collect(),
        base: format!("{}{}", app.origin.as_str(), scim::ROOT),
        claim: app.config.scim.claim.clone(),
        groups: app.config.scim.groups,
    }))
}

fn record(token: ScimToken) -> TokenRecord {
    TokenRecord {
        id: token.id,
        name: token.name,
        made_by: token.made_by,
        made_at: token.made_at,
        ends_at: token.ends_at,
        last_used_at: token.last_used_at,
        replaces: token.replaces,
        ended_at: token.ended.map(|ended| ended.at),
    }
}

async fn end(State(app): State<Shared>, Id(id): Id<KeyId>, caller: Caller) -> Result<StatusCode, Refusal> {
    let job = job::<(), _>(move |change| {
        Box::pin(async move {
            let acting = change.admit(&caller, ENDED).await?;
            let policies = may_manage(change, &acting, ENDED).await?;
            let Some(token) = change.db().scim_token(id).await? else {
                return Err(change.unknown(&acting, ENDED, id));
            };
            if token.ended.is_some() {
                return Ok(());
            }
            let event = event(change, &acting, ENDED, &token).decided_by(policies);
            stop(change, &acting, &token).await?;
            change.record(event);
            Ok(())
        })
    });
    app.sequencer.change(job).await.map(|()| StatusCode::NO_CONTENT)
}

async fn stop(change: &mut Change, acting: &Acting, token: &ScimToken) -> Result<(), Stop> {
    let ended = TokenEnded {
        at: change.now(),
        by: acting.who.principal,
    };
    Ok(change.db().end_scim_token(token.id, ended).await?)
}

async fn may_manage(change: &mut Change, acting: &Acting, kind: EventKind) -> Result<Vec<String>, Stop> {
    object_at_root(change, acting, Action::StoreManage, kind, Object::default()).await
}

fn event(change: &Change, acting: &Acting, kind: EventKind, token: &ScimToken) -> Event {
    let object = Object {
        key: Some(token.id),
        ..Object::default()
    };
    change
        .event(acting.who, kind)
        .on(object)
        .commit(NAME, token.name.to_string(), None)
}
