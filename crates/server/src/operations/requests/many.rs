//! Many answers at once, each with its own outcome.
//!
//! Every refusal comes before the first write, so that one among many answers can be refused while the others stand.

use super::answer::{KIND, answer_one, checked};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    sequencer::{Change, Stop, job},
};
use axum::extract::State;
use claviger_protocol::{
    problem::Code,
    requests::{AnswersCall, AnswersReply, MAX_ANSWERS, Outcome, RequestRecord},
};
use std::collections::BTreeSet;

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
