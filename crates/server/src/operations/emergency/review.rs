//! Reviewing a draw (`POST /v1/emergency/draws/{draw}/review`): by somebody else who may give there what was drawn.

use super::{of_draw, records};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::{
        grants::delegation::{Gift, may_assign},
        path::Id,
        state::State,
        words,
    },
    sequencer::{Change, Stop, job},
    stream::Audience,
};
use axum::extract::State as Extract;
use claviger_ledger::{label::Label, leaf::Fact};
use claviger_model::{
    emergency::{EmergencyDraw, Review, Verdict},
    event::EventKind,
    ids::{DrawId, GrantId, PrincipalId},
    principal::PrincipalState,
};
use claviger_protocol::{
    emergency::{DrawRecord, MAX_REVIEW, ReviewEmergency},
    problem::Code,
    stream::Hint,
};
use claviger_storage::{Reader, StorageError, principals::Principal};
use std::time::Duration;

const KIND: EventKind = EventKind::EmergencyReviewed;

/// Reviews a draw that is over, once.
pub async fn review(
    Extract(app): Extract<Shared>,
    Id(draw): Id<DrawId>,
    caller: Caller,
    Json(mut call): Json<ReviewEmergency>,
) -> Result<axum::Json<DrawRecord>, Refusal> {
    call.words = words::checked(&call.words, MAX_REVIEW)?;
    let job =
        job::<DrawRecord, _>(move |change| Box::pin(async move { make(change, &caller, draw, call).await }));
    app.sequencer.change(job).await.map(axum::Json)
}

async fn make(
    change: &mut Change,
    caller: &Caller,
    id: DrawId,
    call: ReviewEmergency,
) -> Result<DrawRecord, Stop> {
    let acting = change.admit(caller, KIND).await?;
    let Some(draw) = change.db().emergency_draw(id).await? else {
        return Err(change.unknown(&acting, KIND, id));
    };
    let event = change
        .event(acting.who, KIND)
        .on(of_draw(&draw))
        .concerning(draw.principal);
    let mut state = State::locked(change, &acting).await?;
    if !records::is_seen(&mut state, draw.principal, draw.scope).await? {
        return Err(change.unknown(&acting, KIND, id));
    }
    let by = match may_review(&mut state, &draw).await? {
        Ok(by) => by,
        Err(code) => return Err(change.refuse(event, code)),
    };
    let now = change.now();
    if let Some(known) = &draw.review {
        let same =
            (known.by, known.verdict, &known.words) == (acting.who.principal, call.verdict, &call.words);
        return if same {
            records::drawn(&mut State::locked(change, &acting).await?, draw).await
        } else {
            Err(change.refuse(event, Code::WrongState))
        };
    }
    if now < draw.over_at() {
        return Err(change.refuse(event, Code::WrongState));
    }
    let review = Review {
        by: acting.who.principal,
        at: now,
        verdict: call.verdict,
        words: call.words,
    };
    change.db().review_emergency_draw(id, &review).await?;
    let verdict = match review.verdict {
        Verdict::Justified => "justified",
        Verdict::NotJustified => "not-justified",
    };
    let event = match Label::new(verdict) {
        Ok(verdict) => event.fact("verdict", Fact::Label(verdict)),
        Err(_) => event,
    };
    change.record(event.decided_by(by).because(review.words.clone()));
    change.hint(Audience::Everyone, Hint::Sync);
    let draw = EmergencyDraw {
        review: Some(review),
        ..draw
    };
    records::drawn(&mut State::locked(change, &acting).await?, draw).await
}

/// Whether somebody may review a draw: not who drew, and only by a power to give it that somebody else gave them, so that nobody
/// makes their own reviewer. Answers with the grants that say so.
///
/// # Errors
/// When the tables cannot be read; the inner error says why not.
pub async fn may_review(
    state: &mut State<'_>,
    draw: &EmergencyDraw,
) -> Result<Result<Vec<String>, Code>, StorageError> {
    if state.principal.id == draw.principal {
        return Ok(Err(Code::SeparationOfDuties));
    }
    let place = state.place(draw.scope).await?;
    let drawer = state.reader.principal(draw.principal).await?;
    let (Some(place), Some(drawer)) = (place, drawer) else {
        return Ok(Err(Code::NotFound));
    };
    // Reviewed they are also after they left.
    let drawer = Principal {
        state: PrincipalState::Active,
        ..drawer
    };
    let gift = Gift {
        role: draw.role,
        place: &place,
        receiver: &drawer,
        not_before: None,
        expires_at: Some(state.circumstances.now.plus(Duration::from_secs(1))),
    };
    let by = match may_assign(state, &gift).await? {
        Ok(may) => may.by,
        Err(refused) => return Ok(Err(crate::operations::grants::delegation::code(&refused))),
    };
    let others = of_others(state.reader, &by, draw.principal).await?;
    Ok(if others.is_empty() {
        Err(Code::SeparationOfDuties)
    } else {
        Ok(others.iter().map(ToString::to_string).collect())
    })
}

/// Of these grants those that somebody else gave than who drew.
///
/// # Errors
/// When the tables cannot be read.
pub async fn of_others(
    reader: &mut dyn Reader,
    grants: &[GrantId],
    drawer: PrincipalId,
) -> Result<Vec<GrantId>, StorageError> {
    let grants = reader.grants(grants).await?;
    let others = grants.into_iter().filter(|grant| grant.granted_by != drawer);
    Ok(others.map(|grant| grant.id).collect())
}
