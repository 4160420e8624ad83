//! The ends of a request: fulfilled by a new version, refused, or taken back.

use super::record;
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::{
        path::Id,
        secrets::locate::{Located, Wanted, locate, object},
        words,
    },
    sequencer::{Acting, Change, Stop, change::Demand, job},
    stream::Audience,
};
use axum::extract::State;
use claviger_ledger::{
    label::Label,
    leaf::{Fact, Object},
};
use claviger_model::{action::Action, event::EventKind, ids::RequestId};
use claviger_protocol::{
    problem::Code,
    requests::{MAX_WORDS, RefuseRequest, RequestRecord},
    stream::Hint,
};
use claviger_storage::requests::{Answer, Asked, Request, RequestState};

const KIND: EventKind = EventKind::RequestAnswered;

/// Says no, with a reason; needs the right to rotate.
pub async fn refuse(
    State(app): State<Shared>,
    Id(id): Id<RequestId>,
    caller: Caller,
    Json(call): Json<RefuseRequest>,
) -> Result<axum::Json<RequestRecord>, Refusal> {
    let words = words::checked(&call.words, MAX_WORDS)?;
    let job = job::<RequestRecord, _>(move |change| {
        Box::pin(async move {
            let acting = change.admit(&caller, KIND).await?;
            let Some(request) = change.db().request(id).await? else {
                return Err(change.unknown(&acting, KIND, id));
            };
            let Asked::Rotation { secret } = request.asked else {
                return Err(change.unknown(&acting, KIND, id));
            };
            let wanted = Wanted {
                secret,
                action: Action::RotationFulfil,
                kind: KIND,
                in_bin: false,
            };
            let located = locate(change, &acting, wanted).await?;
            end(
                change,
                &acting,
                &located,
                &request,
                RequestState::Refused,
                words,
                None,
            )
            .await
        })
    });
    app.sequencer.change(job).await.map(axum::Json)
}

/// Takes one's own request back.
pub async fn withdraw(
    State(app): State<Shared>,
    Id(id): Id<RequestId>,
    caller: Caller,
) -> Result<axum::Json<RequestRecord>, Refusal> {
    let job = job::<RequestRecord, _>(move |change| {
        Box::pin(async move {
            let acting = change.admit(&caller, KIND).await?;
            let own = change
                .db()
                .request(id)
                .await?
                .filter(|request| request.asked_by == acting.who.principal);
            let Some(request) = own else {
                return Err(change.unknown(&acting, KIND, id));
            };
            if request.state != RequestState::Open {
                return Err(Code::WrongState.into());
            }
            let answer = Answer {
                by: acting.who.principal,
                at: change.now(),
                word: String::new(),
                version: None,
            };
            change
                .db()
                .answer_request(id, RequestState::Withdrawn, &answer)
                .await?;
            let object = Object {
                request: Some(id),
                scope: Some(request.scope),
                ..Object::default()
            };
            let event = change.event(acting.who, KIND).on(object);
            change.record(state_fact(event, "withdrawn"));
            change.hint(Audience::Everyone, Hint::Sync);
            answered(change, id).await
        })
    });
    app.sequencer.change(job).await.map(axum::Json)
}

/// Fulfils a request with a version that was just written in this transaction.
///
/// # Errors
/// When the request is not open or is about another secret, or the right is missing.
pub async fn fulfil(
    change: &mut Change,
    acting: &Acting,
    located: &Located,
    id: RequestId,
    version: u64,
) -> Result<(), Stop> {
    let asked = Asked::Rotation {
        secret: located.secret.id,
    };
    let request = change
        .db()
        .request(id)
        .await?
        .filter(|request| request.asked == asked);
    let Some(request) = request else {
        return Err(change.unknown(acting, KIND, id));
    };
    let demand = Demand {
        action: Action::RotationFulfil,
        place: &located.place,
        kind: KIND,
        known_by: Action::SecretView,
        object: object(&located.secret),
        asked: &id,
    };
    change.demand(acting, demand).await?;
    end(
        change,
        acting,
        located,
        &request,
        RequestState::Done,
        String::new(),
        Some(version),
    )
    .await?;
    Ok(())
}

async fn end(
    change: &mut Change,
    acting: &Acting,
    located: &Located,
    request: &Request,
    state: RequestState,
    word: String,
    version: Option<u64>,
) -> Result<RequestRecord, Stop> {
    if request.state != RequestState::Open {
        return Err(Code::WrongState.into());
    }
    let answer = Answer {
        by: acting.who.principal,
        at: change.now(),
        word: word.clone(),
        version,
    };
    change.db().answer_request(request.id, state, &answer).await?;
    let object = Object {
        request: Some(request.id),
        ..object(&located.secret)
    };
    let mut event = located
        .event(change, acting, KIND)
        .on(object)
        .concerning(request.asked_by);
    event = state_fact(
        event,
        if state == RequestState::Done {
            "done"
        } else {
            "refused"
        },
    );
    if !word.is_empty() {
        event = event.because(word);
    }
    change.record(event);
    change.hint(Audience::Everyone, Hint::Sync);
    answered(change, request.id).await
}

async fn answered(change: &mut Change, id: RequestId) -> Result<RequestRecord, Stop> {
    let request = change.db().request(id).await?;
    Ok(request.as_ref().and_then(record).ok_or(Code::Internal)?)
}

fn state_fact(event: crate::events::Event, state: &str) -> crate::events::Event {
    match Label::new(state) {
        Ok(state) => event.fact("state", Fact::Label(state)),
        Err(_) => event,
    }
}
