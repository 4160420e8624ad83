//! The key that signs posts is followed by another one (`POST /v1/webhooks/key`), and old ones are destroyed once their time is over.

use super::{may_manage, put_key};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    sequencer::{Change, Stop, job},
};
use axum::{extract::State, http::StatusCode};
use claviger_ledger::{label::Label, leaf::Fact};
use claviger_model::event::EventKind;
use claviger_protocol::{notices::RotateWebhookKey, problem::Code};

const KIND: EventKind = EventKind::KeyRotated;

/// Makes the next key; a repeated call makes one. The old one signs, too, for a while, unless it is to end at once.
pub async fn rotate(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<RotateWebhookKey>,
) -> Result<StatusCode, Refusal> {
    let job = job::<(), _>(move |change| Box::pin(async move { make(change, &caller, call).await }));
    app.sequencer.change(job).await.map(|()| StatusCode::NO_CONTENT)
}

async fn make(change: &mut Change, caller: &Caller, call: RotateWebhookKey) -> Result<(), Stop> {
    let acting = change.admit(caller, KIND).await?;
    let policies = may_manage(change, &acting, KIND).await?;
    let keys = change.keys();
    let newest = keys.webhooks.newest().ok_or(Code::WrongState)?.number;
    let next = call.replaces.saturating_add(1);
    if newest == next {
        return Ok(());
    }
    if newest != call.replaces {
        return Err(Code::Conflict.into());
    }
    if call.at_once {
        let now = change.now();
        for (key, _) in keys.webhooks.all() {
            change.db().retire_server_key(key.id, now).await?;
        }
    }
    put_key(change, &keys, next).await?;
    let event = change.event(acting.who, KIND).decided_by(policies);
    let event = event.fact("number", Fact::Number(next.into()));
    let event = match Label::new("webhooks") {
        Ok(what) => event.fact("what", Fact::Label(what)),
        Err(_) => event,
    };
    change.record(event);
    Ok(())
}

/// Destroys the private halves of keys whose time is over.
///
/// # Errors
/// When the tables cannot be read or written; the next round tries again.
pub async fn retire(app: &Shared) -> Result<(), Refusal> {
    if app.keys.now().webhooks.over(app.clock.now()).is_empty() {
        return Ok(());
    }
    app.sequencer
        .change(|change| {
            Box::pin(async move {
                let now = change.now();
                for id in change.keys().webhooks.over(now) {
                    change.db().retire_server_key(id, now).await?;
                }
                Ok(())
            })
        })
        .await
}
