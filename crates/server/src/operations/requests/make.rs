//! Asking for a rotation (`POST /v1/requests`).

use super::record;
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::{
        secrets::locate::{Wanted, locate, object},
        words,
    },
    sequencer::job,
    stream::Audience,
};
use axum::extract::State;
use claviger_ledger::leaf::Object;
use claviger_model::{action::Action, event::EventKind};
use claviger_protocol::{
    problem::Code,
    requests::{MAX_WORDS, MakeRequest, RequestRecord, Want},
    stream::Hint,
};
use claviger_storage::requests::{Asked, Request, RequestState};

/// Makes a request; a repeated call makes the same one.
pub async fn make(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<MakeRequest>,
) -> Result<axum::Json<RequestRecord>, Refusal> {
    let reason = words::checked(&call.reason, MAX_WORDS)?;
    let job = job::<RequestRecord, _>(move |change| {
        Box::pin(async move {
            let kind = EventKind::RequestMade;
            let Want::Rotation { secret } = call.want;
            let acting = change.admit(&caller, kind).await?;
            let wanted = Wanted {
                secret,
                action: Action::RotationRequest,
                kind,
                in_bin: false,
            };
            let located = locate(change, &acting, wanted).await?;
            let asked_by = acting.who.principal;
            if let Some(known) = change.db().request(call.id).await? {
                let same = known.asked_by == asked_by && known.asked == Asked::Rotation { secret };
                let known = record(&known).filter(|_| same);
                return Ok(known.ok_or(Code::Conflict)?);
            }
            let request = Request {
                id: call.id,
                asked: Asked::Rotation { secret },
                scope: located.secret.scope,
                asked_by,
                asked_at: change.now(),
                reason: reason.clone(),
                state: RequestState::Open,
                answer: None,
            };
            change.db().insert_request(&request).await?;
            let object = Object {
                request: Some(call.id),
                ..object(&located.secret)
            };
            let event = located.event(change, &acting, kind).on(object).because(reason);
            change.record(event);
            change.hint(Audience::Everyone, Hint::Sync);
            Ok(record(&request).ok_or(Code::Internal)?)
        })
    });
    app.sequencer.change(job).await.map(axum::Json)
}
