//! Changing metadata (`PUT /v1/secrets/{secret}/description`).

use super::{
    create::checked,
    locate::{Wanted, locate, record},
};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::path::Id,
    sequencer::job,
};
use axum::extract::State;
use claviger_ledger::leaf::Fact;
use claviger_model::{action::Action, event::EventKind, ids::SecretId};
use claviger_protocol::{
    problem::Code,
    secrets::{EditSecret, SecretRecord},
};

/// Writes the whole new description, if nobody else changed it meanwhile.
pub async fn edit(
    State(app): State<Shared>,
    Id(secret): Id<SecretId>,
    caller: Caller,
    Json(call): Json<EditSecret>,
) -> Result<axum::Json<SecretRecord>, Refusal> {
    let description = checked(call.description)?;
    let job = job::<SecretRecord, _>(move |change| {
        Box::pin(async move {
            let kind = EventKind::SecretEdited;
            let acting = change.admit(&caller, kind).await?;
            let wanted = Wanted {
                secret,
                action: Action::SecretEdit,
                kind,
                in_bin: false,
            };
            let located = locate(change, &acting, wanted).await?;
            let before = record(change, secret).await?;
            if before.secret.description == description {
                return Ok(before);
            }
            if before.revision != call.revision {
                return Err(Code::Conflict.into());
            }
            let now = change.now();
            if !change.db().describe_secret(secret, &description, now).await? {
                return Err(Code::Conflict.into());
            }
            let renamed = located.secret.description.name != description.name;
            let mut event = located
                .event(change, &acting, kind)
                .fact("renamed", Fact::Flag(renamed));
            if renamed {
                event = event.commit(NEW_NAME, located.place.path_of(&description.name), None);
            }
            change.record(event);
            record(change, secret).await
        })
    });
    app.sequencer.change(job).await.map(axum::Json)
}

/// The field that commits to the name after a change; `name` has the one before.
pub const NEW_NAME: &str = "new-name";
