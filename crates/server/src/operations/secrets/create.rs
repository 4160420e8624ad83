//! Making a secret with its first value (`POST /v1/secrets`).

use super::{
    locate::{object, record},
    value::{self, NewValue},
};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::offboarding::case::value_changed,
    sequencer::{Change, Stop, change::Demand, job},
};
use axum::extract::State;
use claviger_ledger::leaf::{NAME, Object};
use claviger_model::{action::Action, event::EventKind, secret::Description};
use claviger_protocol::{
    problem::Code,
    secrets::{CreateSecret, SecretRecord},
};

/// Makes a secret; a repeated call gives the same one.
pub async fn create(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<CreateSecret>,
) -> Result<axum::Json<SecretRecord>, Refusal> {
    let description = checked(call.description.clone())?;
    let value = value::take(&app, caller.device, call.id, 1, &call.value).await?;
    let job = job::<SecretRecord, _>(move |change| {
        Box::pin(async move { make(change, &caller, call, description, value).await })
    });
    app.sequencer.change(job).await.map(axum::Json)
}

async fn make(
    change: &mut Change,
    caller: &Caller,
    call: CreateSecret,
    description: Description,
    value: NewValue,
) -> Result<SecretRecord, Stop> {
    let kind = EventKind::SecretCreated;
    let acting = change.admit(caller, kind).await?;
    let Some(place) = change.place(call.scope).await? else {
        return Err(change.unknown(&acting, kind, call.scope));
    };
    let demand = Demand {
        action: Action::SecretCreate,
        place: &place,
        kind,
        known_by: Action::ScopeView,
        object: Object {
            scope: Some(call.scope),
            ..Object::default()
        },
        asked: &call.scope,
    };
    let policies = change.demand(&acting, demand).await?.policies();
    if let Some(known) = change.db().secret(call.id).await? {
        // The id is random: whoever repeats it made it, unless it stands elsewhere, has moved on or began with another value.
        let stands =
            known.scope == call.scope && known.description == description && known.deleted_at.is_none();
        let first = change.db().sealed_version(call.id, 1).await?;
        return if stands && first.is_some_and(|first| value.is_same_value(&first)) {
            record(change, call.id).await
        } else {
            Err(Code::Conflict.into())
        };
    }
    let (now, by) = (change.now(), acting.who.principal);
    let mut secret = change
        .db()
        .insert_secret(call.id, call.scope, &description, Some(by), now)
        .await?;
    let row = value.row(&change.keys(), (by, now), &*change.entropy())?;
    change.db().add_version(&row).await?;
    value_changed(change, by, call.id, (1, row.fingerprint)).await?;
    secret.version = 1;
    let event = change
        .event(acting.who, kind)
        .on(object(&secret))
        .decided_by(policies);
    change.record(event.commit(NAME, place.path_of(&description.name), None));
    record(change, call.id).await
}

/// A description that can stand.
///
/// # Errors
/// Names the limit that is passed.
pub fn checked(description: Description) -> Result<Description, Refusal> {
    description
        .checked()
        .map_err(|error| Refusal::new(Code::BadRequest).detail(error.to_string()))
}
