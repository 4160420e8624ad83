//! Whether somebody may ask for something.

use super::{
    known::may_ask,
    make::{KIND, judge},
    terms,
};
use crate::{
    entitlement::Place,
    http::Refusal,
    sequencer::{Acting, Change, Stop},
};
use claviger_ledger::leaf::Object;
use claviger_model::{
    approval::{LONGEST_SECONDS, SHORTEST_SECONDS},
    ids::ScopeId,
};
use claviger_protocol::problem::Code;
use claviger_storage::requests::Asked;
use std::{sync::Arc, time::Duration};

/// How many open requests one person can have.
const OPEN_AT_ONCE: u64 = 20;
/// How many requests one person can make in a day, whatever becomes of them: those that were taken back at once or approved by
/// rule fill the lists of others as well.
const MADE_IN_A_DAY: u64 = 200;
const DAY: Duration = Duration::from_secs(24 * 3600);

/// The place, where the caller may ask for this; not found where they may not know of it.
///
/// # Errors
/// The refusal.
pub(super) async fn askable(
    change: &mut Change,
    acting: &Acting,
    scope: ScopeId,
    asked: Asked,
) -> Result<Arc<Place>, Stop> {
    let Asked::Access {
        role,
        secret,
        seconds,
        ..
    } = asked
    else {
        return Err(Code::Internal.into());
    };
    let Some(place) = change.place(scope).await? else {
        return Err(change.unknown(acting, KIND, scope));
    };
    let entitlements = change.entitlements();
    let judge = judge(change, &entitlements).await?;
    if !may_ask(
        change.db(),
        judge,
        &acting.principal,
        &acting.circumstances,
        &place,
    )
    .await?
    {
        return Err(change.unknown(acting, KIND, scope));
    }
    if let Some(secret) = secret {
        let found = change.db().secret(secret).await?;
        if !found.is_some_and(|found| found.scope == scope && found.deleted_at.is_none()) {
            return Err(change.unknown(acting, KIND, secret));
        }
    }
    let engine = judge.engine(change.db()).await?;
    let Some(role) = engine.role(role) else {
        return Err(Refusal::new(Code::NotFound)
            .detail("there is no such role")
            .into());
    };
    if !role.may_be_held_by(acting.principal.kind()) {
        return Err(Refusal::new(Code::WrongState)
            .detail(if role.is_for_services() {
                "only a service identity can hold this role"
            } else {
                "a service identity cannot hold this role"
            })
            .into());
    }
    if !(SHORTEST_SECONDS..=LONGEST_SECONDS).contains(&seconds) {
        return Err(Refusal::new(Code::BadRequest)
            .detail("access can be asked for from 5 minutes to 90 days")
            .into());
    }
    Ok(place)
}

/// Whether the caller may make one more request.
///
/// # Errors
/// The refusal.
pub(super) async fn within_limit(change: &mut Change, acting: &Acting, scope: ScopeId) -> Result<(), Stop> {
    let now = change.now();
    let open = change
        .db()
        .open_requests_of(acting.who.principal, terms::open_since(now))
        .await?;
    let made = change
        .db()
        .requests_made_since(acting.who.principal, now.minus(DAY))
        .await?;
    let words = if open >= OPEN_AT_ONCE {
        format!("{OPEN_AT_ONCE} of your requests wait for an answer; take one back, or wait")
    } else if made >= MADE_IN_A_DAY {
        format!("you made {MADE_IN_A_DAY} requests within 24 hours; wait before you make another one")
    } else {
        return Ok(());
    };
    let object = Object {
        scope: Some(scope),
        ..Object::default()
    };
    let event = change
        .event(acting.who, KIND)
        .on(object)
        .refused(Code::RequestLimit);
    let refusal = Refusal::new(Code::RequestLimit).detail(words);
    Err(Stop::Refused(refusal, Box::new(event)))
}
