//! New versions: a new value (`POST …/versions`), or an older one again (`POST …/roll-back`).

use super::{
    locate::{Located, Wanted, locate, record},
    value::{self, NewValue},
};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::{offboarding::case::value_changed, path::Id, requests, view::View},
    sequencer::{Acting, Change, Stop, job},
};
use axum::extract::State;
use claviger_crypto::keys::SecretVersion;
use claviger_ledger::leaf::{Fact, Object};
use claviger_model::{action::Action, event::EventKind, ids::SecretId};
use claviger_protocol::{
    problem::Code,
    secrets::{RollBack, SecretRecord, WriteVersion},
};

/// How often a stored value is read anew while generations of the key-encryption key come and go.
const ATTEMPTS: usize = 3;

/// Writes a new version; it fulfils the request that it names.
pub async fn write(
    State(app): State<Shared>,
    Id(secret): Id<SecretId>,
    caller: Caller,
    Json(call): Json<WriteVersion>,
) -> Result<axum::Json<SecretRecord>, Refusal> {
    let value = value::take(&app, caller.device, secret, call.version, &call.value).await?;
    let job = job::<SecretRecord, _>(move |change| {
        Box::pin(async move {
            let kind = EventKind::SecretWritten;
            let acting = change.admit(&caller, kind).await?;
            let wanted = Wanted {
                secret,
                action: Action::SecretWrite,
                kind,
                in_bin: false,
            };
            let located = locate(change, &acting, wanted).await?;
            if already(change, &acting, &located, call.version, &value).await? {
                return record(change, secret).await;
            }
            if call.version != located.secret.version.saturating_add(1) {
                return Err(Code::Conflict.into());
            }
            add(change, &acting, value).await?;
            let event = located.event(change, &acting, kind);
            change.record(event.on(versioned(&located, call.version)));
            if let Some(request) = call.fulfils {
                requests::fulfil(change, &acting, &located, request, call.version).await?;
            }
            record(change, secret).await
        })
    });
    app.sequencer.change(job).await.map(axum::Json)
}

/// Makes an older version's value a new version.
pub async fn roll_back(
    State(app): State<Shared>,
    Id(secret): Id<SecretId>,
    caller: Caller,
    Json(call): Json<RollBack>,
) -> Result<axum::Json<SecretRecord>, Refusal> {
    let value = older(&app, &caller, secret, &call).await?;
    let job = job::<SecretRecord, _>(move |change| {
        Box::pin(async move {
            let kind = EventKind::SecretRolledBack;
            let acting = change.admit(&caller, kind).await?;
            let wanted = Wanted {
                secret,
                action: Action::SecretWrite,
                kind,
                in_bin: false,
            };
            let located = locate(change, &acting, wanted).await?;
            // Nothing was prepared: the version is not there, or the right came only now.
            let Some(value) = value else {
                return Err(Code::Conflict.into());
            };
            if already(change, &acting, &located, call.version, &value).await? {
                return record(change, secret).await;
            }
            if call.version != located.secret.version.saturating_add(1) || call.to > located.secret.version {
                return Err(Code::Conflict.into());
            }
            add(change, &acting, value).await?;
            let to = Fact::Number(i64::try_from(call.to).unwrap_or(i64::MAX));
            let event = located.event(change, &acting, kind).fact("to-version", to);
            change.record(event.on(versioned(&located, call.version)));
            record(change, secret).await
        })
    });
    app.sequencer.change(job).await.map(axum::Json)
}

/// The value of an older version, sealed as the new one; none when it is not there or not the caller's to write.
async fn older(
    app: &Shared,
    caller: &Caller,
    secret: SecretId,
    call: &RollBack,
) -> Result<Option<NewValue>, Refusal> {
    let mut view = View::open(app, caller).await?;
    let Some(found) = view.db().secret(secret).await? else {
        return Ok(None);
    };
    let Some(place) = view.place(found.scope).await? else {
        return Ok(None);
    };
    if !view.decide(Action::SecretWrite, &place).await?.decision.allowed {
        return Ok(None);
    }
    drop(view);
    let mut keys = app.keys.now();
    let mut opened = None;
    for _ in 0..ATTEMPTS {
        let row = app.store.reader().await?.sealed_version(secret, call.to).await?;
        let Some(row) = row else {
            return Ok(None);
        };
        opened = value::open(app, &keys, &row)?;
        if opened.is_some() {
            break;
        }
        // Another process made the generation; what is read after it was learned is under this one or a newer one.
        keys = app.keys.learn(&app.store).await?;
    }
    let value = opened.ok_or_else(|| Refusal::internal("the key-encryption key of a value is not known"))?;
    value::keep(
        app,
        SecretVersion {
            secret,
            version: call.version,
        },
        &value,
    )
    .map(Some)
}

/// Whether this very call was carried out before: the same person's same value stands as this version.
async fn already(
    change: &mut Change,
    acting: &Acting,
    located: &Located,
    version: u64,
    value: &NewValue,
) -> Result<bool, Stop> {
    if located.secret.version != version {
        return Ok(false);
    }
    let row = change.db().sealed_version(located.secret.id, version).await?;
    let by = Some(acting.who.principal);
    Ok(row.is_some_and(|row| row.version.created_by == by && value.is_same_value(&row)))
}

async fn add(change: &mut Change, acting: &Acting, value: NewValue) -> Result<(), Stop> {
    let by = (acting.who.principal, change.now());
    let row = value.row(&change.keys(), by, &*change.entropy())?;
    change.db().add_version(&row).await?;
    let version = (row.version.version, row.fingerprint);
    value_changed(change, acting.who.principal, row.version.secret, version).await
}

fn versioned(located: &Located, version: u64) -> Object {
    Object {
        version: Some(version),
        ..super::locate::object(&located.secret)
    }
}
