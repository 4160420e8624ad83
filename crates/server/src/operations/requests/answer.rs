//! Answers: approved, refused, taken back, fulfilled by a new version; one or many at once.
//!
//! Every refusal comes before the first write, so that one among many answers can be refused while the others stand.

use super::{
    approve,
    give::{object, state},
    make::told,
    record,
};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::{
        path::Id,
        secrets::locate::{self, Located},
        words,
    },
    sequencer::{Acting, Change, Stop, change::Demand, job},
    stream::Audience,
};
use axum::extract::State;
use claviger_ledger::leaf::NAME;
use claviger_model::{action::Action, event::EventKind, ids::RequestId};
use claviger_protocol::{
    problem::Code,
    requests::{
        Answer, AnswersCall, AnswersReply, ApproveRequest, MAX_ANSWERS, MAX_WORDS, Outcome, RefuseRequest,
        RequestRecord, RequestState as Shown,
    },
    stream::Hint,
};
use claviger_storage::requests::{Answer as Row, Asked, Request, RequestState};
use std::collections::BTreeSet;

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

/// Answers many, each with its own outcome.
pub async fn answer_all(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<AnswersCall>,
) -> Result<axum::Json<AnswersReply>, Refusal> {
    let named: BTreeSet<_> = call.answers.iter().map(|answer| answer.request).collect();
    if call.answers.len() > MAX_ANSWERS || named.len() < call.answers.len() {
        return Err(Refusal::new(Code::BadRequest).detail(format!(
            "one call can answer {MAX_ANSWERS} requests, each of them once"
        )));
    }
    let job = job::<Vec<Outcome>, _>(move |change| {
        Box::pin(async move {
            let acting = change.admit(&caller, KIND).await?;
            let mut outcomes = Vec::with_capacity(call.answers.len());
            for one in call.answers {
                let outcome = match checked(one.answer) {
                    Ok(answer) => answer_one(change, &acting, one.request, answer).await,
                    Err(refusal) => Err(Stop::Failed(refusal)),
                };
                outcomes.push(settled(change, outcome)?);
            }
            Ok(outcomes)
        })
    });
    let outcomes = app.sequencer.change(job).await?;
    Ok(axum::Json(AnswersReply { outcomes }))
}

/// One among many: what is refused is recorded with the others; what fails for reasons of ours fails all.
fn settled(change: &mut Change, outcome: Result<RequestRecord, Stop>) -> Result<Outcome, Stop> {
    let refusal = match outcome {
        Ok(record) => return Ok(Outcome::Done(Box::new(record))),
        Err(Stop::Refused(refusal, event)) => {
            change.record(*event);
            refusal
        }
        Err(Stop::Failed(refusal)) if refusal.problem().status < 500 => refusal,
        Err(failed) => return Err(failed),
    };
    Ok(Outcome::Problem(Box::new(refusal.problem().clone())))
}

fn checked(answer: Answer) -> Result<Answer, Refusal> {
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

async fn answer_one(
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
/// answered by those who could fulfil it, where `editors` says so.
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
    let own = request.asked_by == acting.who.principal;
    if own {
        let event = change.event(acting.who, KIND).on(object(request));
        return Err(change.refuse(event, Code::SeparationOfDuties));
    }
    let policies = change.demand(acting, demand).await?.policies();
    Ok((name, policies))
}

/// Whether it still waits.
///
/// # Errors
/// Says why not.
pub(super) fn open(change: &Change, request: &Request) -> Result<(), Stop> {
    match record::state(request, change.now()) {
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
            open(change, &request)?;
            let answer = Row {
                by: acting.who.principal,
                at: change.now(),
                word: String::new(),
                version: None,
            };
            change
                .db()
                .answer_request(id, RequestState::Withdrawn, &answer)
                .await?;
            let event = change.event(acting.who, KIND).on(object(&request));
            change.record(state(event, "withdrawn"));
            change.hint(Audience::Everyone, Hint::Sync);
            told(change, &acting, id).await
        })
    });
    app.sequencer.change(job).await.map(axum::Json)
}

/// Fulfils a request with a version that was just written in this transaction.
///
/// # Errors
/// When the request is not open or is about another secret, the right is missing, or nobody approved it where somebody has to.
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
        object: locate::object(&located.secret),
        asked: &id,
    };
    change.demand(acting, demand).await?;
    open(change, &request)?;
    if approve::rotation_waits(change, &request, &located.place).await? {
        return Err(Refusal::new(Code::WrongState)
            .detail("it has to be approved before it can be fulfilled")
            .into());
    }
    let answer = Row {
        by: acting.who.principal,
        at: change.now(),
        word: String::new(),
        version: Some(version),
    };
    change
        .db()
        .answer_request(id, RequestState::Done, &answer)
        .await?;
    let event = located
        .event(change, acting, KIND)
        .on(claviger_ledger::leaf::Object {
            request: Some(id),
            ..locate::object(&located.secret)
        })
        .concerning(request.asked_by);
    change.record(state(event, "done"));
    change.hint(Audience::Everyone, Hint::Sync);
    Ok(())
}
