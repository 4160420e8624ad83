//! Answers: approved or refused.

use super::{
    approve,
    give::{object, state},
    make::told,
    standing,
};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::{path::Id, words},
    sequencer::{Acting, Change, Stop, change::Demand, job},
    stream::Audience,
};
use axum::extract::State;
use claviger_ledger::leaf::NAME;
use claviger_model::{action::Action, event::EventKind, ids::RequestId};
use claviger_protocol::{
    problem::Code,
    requests::{Answer, ApproveRequest, MAX_WORDS, RefuseRequest, RequestRecord, RequestState as Shown},
    stream::Hint,
};
use claviger_storage::requests::{Answer as Row, Asked, Request, RequestState};

pub(super) const KIND: EventKind = EventKind::RequestAnswered;

/// Says yes, perhaps to less.
pub async fn approve(
    State(app): State<Shared>,
    Id(id): Id<RequestId>,
    caller: Caller,
    Json(call): Json<ApproveRequest>,
) -> Result<axum::Json<RequestRecord>, Refusal> {
    alone(&app, caller, id, Answer::Approve(call)).await
}

/// Says no, with a reason.
pub async fn refuse(
    State(app): State<Shared>,
    Id(id): Id<RequestId>,
    caller: Caller,
    Json(call): Json<RefuseRequest>,
) -> Result<axum::Json<RequestRecord>, Refusal> {
    alone(&app, caller, id, Answer::Refuse(call)).await
}

async fn alone(
    app: &Shared,
    caller: Caller,
    id: RequestId,
    answer: Answer,
) -> Result<axum::Json<RequestRecord>, Refusal> {
    let answer = checked(answer)?;
    let job = job::<RequestRecord, _>(move |change| {
        Box::pin(async move {
            let acting = change.admit(&caller, KIND).await?;
            answer_one(change, &acting, id, answer).await
        })
    });
    app.sequencer.change(job).await.map(axum::Json)
}

/// The words in their form.
///
/// # Errors
/// When they cannot stand.
pub(super) fn checked(answer: Answer) -> Result<Answer, Refusal> {
    Ok(match answer {
        Answer::Refuse(call) => Answer::Refuse(RefuseRequest {
            words: words::checked(&call.words, MAX_WORDS)?,
        }),
        Answer::Approve(call) => {
            let said = call.words.trim().to_owned();
            let words = if said.is_empty() {
                said
            } else {
                words::checked(&said, MAX_WORDS)?
            };
            Answer::Approve(ApproveRequest { words, ..call })
        }
    })
}

/// Answers one request.
///
/// # Errors
/// The refusal, before anything is written.
pub(super) async fn answer_one(
    change: &mut Change,
    acting: &Acting,
    id: RequestId,
    answer: Answer,
) -> Result<RequestRecord, Stop> {
    let Some(request) = change.db().request(id).await? else {
        return Err(change.unknown(acting, KIND, id));
    };
    match answer {
        Answer::Approve(call) => approve::approve(change, acting, &request, call).await?,
        Answer::Refuse(call) => refuse_one(change, acting, &request, call.words).await?,
    }
    change.hint(Audience::Everyone, Hint::Sync);
    told(change, acting, id).await
}

async fn refuse_one(
    change: &mut Change,
    acting: &Acting,
    request: &Request,
    words: String,
) -> Result<(), Stop> {
    let (name, policies) = may_answer(change, acting, request, true).await?;
    open(change, request)?;
    let row = Row {
        by: acting.who.principal,
        at: change.now(),
        word: words.clone(),
        version: None,
    };
    change
        .db()
        .answer_request(request.id, RequestState::Refused, &row)
        .await?;
    let event = change
        .event(acting.who, KIND)
        .on(object(request))
        .concerning(request.asked_by)
        .decided_by(policies)
        .commit(NAME, name, None);
    change.record(state(event, "refused").because(words));
    Ok(())
}

/// Demands the right to answer; the name of what it is about, and the policies that gave the right. A rotation can also be
/// answered by those who could fulfil it, where `editors` says so. Nobody answers their own, which holds above all for the
/// rotation of what they read in an emergency (rule 14).
///
/// # Errors
/// The refusal; requests of others that one may not answer are not to be known of.
pub(super) async fn may_answer(
    change: &mut Change,
    acting: &Acting,
    request: &Request,
    editors: bool,
) -> Result<(String, Vec<String>), Stop> {
    let mut scope = request.scope;
    if let Asked::Rotation { secret } = request.asked {
        // It may stand elsewhere since.
        scope = change
            .db()
            .secret(secret)
            .await?
            .map_or(scope, |secret| secret.scope);
    }
    let Some(place) = change.place(scope).await? else {
        return Err(change.unknown(acting, KIND, request.id));
    };
    let name = place.scope.path.to_string();
    // Whoever asked takes it back or leaves it, whatever else they may do here.
    if request.asked_by == acting.who.principal {
        let event = change.event(acting.who, KIND).on(object(request));
        return Err(change.refuse(event, Code::SeparationOfDuties));
    }
    let rotation = matches!(request.asked, Asked::Rotation { .. });
    if rotation && editors {
        let answer = change.decide(acting, Action::RotationFulfil, &place).await?;
        if answer.decision.allowed {
            return Ok((name, answer.policies()));
        }
    }
    let demand = Demand {
        action: Action::RequestAnswer,
        place: &place,
        kind: KIND,
        known_by: if rotation {
            Action::SecretView
        } else {
            Action::RequestAnswer
        },
        object: object(request),
        asked: &request.id,
    };
    let policies = change.demand(acting, demand).await?.policies();
    Ok((name, policies))
}

/// Whether it still waits.
///
/// # Errors
/// Says why not.
pub(super) fn open(change: &Change, request: &Request) -> Result<(), Stop> {
    match standing::state(request, change.now()) {
        Shown::Open => Ok(()),
        Shown::Lapsed { .. } => Err(Refusal::new(Code::WrongState)
            .detail("nobody answered this request in time; it has to be made anew")
            .into()),
        Shown::Withdrawn { .. } => Err(Refusal::new(Code::WrongState).detail("it was taken back").into()),
        _ => Err(Refusal::new(Code::WrongState)
            .detail("it was answered already")
            .into()),
    }
}
