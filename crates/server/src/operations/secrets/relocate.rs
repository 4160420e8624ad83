//! Moving a secret (`POST …/move`): rights are needed at both ends (rule 34).

use super::locate::{Wanted, locate, object, record};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::{orders, path::Id},
    sequencer::{change::Demand, job},
};
use axum::extract::State;
use claviger_ledger::leaf::Object;
use claviger_model::{action::Action, event::EventKind, ids::SecretId};
use claviger_protocol::{
    problem::Code,
    secrets::{MoveSecret, SecretRecord},
};

/// The field that commits to the path after a move.
const NEW_NAME: &str = super::edit::NEW_NAME;

/// Puts a secret into another scope. Whoever may not see it there is told to destroy it.
pub async fn relocate(
    State(app): State<Shared>,
    Id(secret): Id<SecretId>,
    caller: Caller,
    Json(call): Json<MoveSecret>,
) -> Result<axum::Json<SecretRecord>, Refusal> {
    let job = job::<SecretRecord, _>(move |change| {
        Box::pin(async move {
            let kind = EventKind::SecretMoved;
            let acting = change.admit(&caller, kind).await?;
            let wanted = Wanted {
                secret,
                action: Action::SecretMove,
                kind,
                in_bin: false,
            };
            let located = locate(change, &acting, wanted).await?;
            let Some(target) = change.place(call.scope).await? else {
                return Err(change.unknown(&acting, kind, call.scope));
            };
            let demand = Demand {
                action: Action::SecretMove,
                place: &target,
                kind,
                known_by: Action::ScopeView,
                object: Object {
                    scope: Some(call.scope),
                    ..object(&located.secret)
                },
                asked: &call.scope,
            };
            change.demand(&acting, demand).await?;
            if located.secret.scope == call.scope {
                return record(change, secret).await;
            }
            let now = change.now();
            if !change.db().move_secret(secret, call.scope, now).await? {
                return Err(Code::Conflict.into());
            }
            let to = target.path_of(&located.secret.description.name);
            let event = located.event(change, &acting, kind).commit(NEW_NAME, to, None);
            change.record(event.on(Object {
                scope: Some(call.scope),
                ..object(&located.secret)
            }));
            orders::after_move(change, &located.secret, &located.place, &target).await?;
            record(change, secret).await
        })
    });
    app.sequencer.change(job).await.map(axum::Json)
}
