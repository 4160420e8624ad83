//! Drawing a right (`POST /v1/emergency/rights/{right}/draws`): it becomes a grant for an hour at most.

use super::{label, of_draw, records};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::{path::Id, state::State, words},
    sequencer::{Acting, Change, Stop, job},
    stream::Audience,
};
use axum::extract::State as Extract;
use claviger_ledger::leaf::Fact;
use claviger_model::{
    conditions::Conditions,
    emergency::{AGAIN_WITHIN, EmergencyDraw, EmergencyRight, LONGEST_DRAW, suits},
    event::EventKind,
    grant::{Grant, MAX_REASON_BYTES},
    ids::{EmergencyId, GrantId},
    principal::PrincipalKind,
};
use claviger_protocol::{
    emergency::{DrawEmergency, DrawRecord},
    problem::Code,
    stream::Hint,
};
use std::time::Duration;

const KIND: EventKind = EventKind::EmergencyDrawn;
/// Less is no access.
const SHORTEST_SECONDS: u32 = 60;

/// Draws a right of one's own; a repeated call draws once.
pub async fn draw(
    Extract(app): Extract<Shared>,
    Id(right): Id<EmergencyId>,
    caller: Caller,
    Json(mut call): Json<DrawEmergency>,
) -> Result<axum::Json<DrawRecord>, Refusal> {
    call.reason = words::checked(&call.reason, MAX_REASON_BYTES)?;
    let length = Duration::from_secs(call.seconds.into());
    if length > LONGEST_DRAW || call.seconds < SHORTEST_SECONDS {
        return Err(Refusal::new(Code::BadRequest).detail("emergency access lasts from a minute to an hour"));
    }
    let job = job::<DrawRecord, _>(move |change| {
        Box::pin(async move { make(change, &caller, right, call, length).await })
    });
    app.sequencer.change(job).await.map(axum::Json)
}

async fn make(
    change: &mut Change,
    caller: &Caller,
    id: EmergencyId,
    call: DrawEmergency,
    length: Duration,
) -> Result<DrawRecord, Stop> {
    // Session, device and person are looked at here: none of them may be suspended, ending or disabled.
    let acting = change.admit(caller, KIND).await?;
    let own = change.db().emergency_right(id).await?;
    let person = acting.principal.kind() == PrincipalKind::Person;
    let Some(right) = own.filter(|right| person && right.principal == acting.who.principal) else {
        return Err(change.unknown(&acting, KIND, id));
    };
    if let Some(known) = change.db().emergency_draw(call.id).await? {
        return if known.right == id && known.reason == call.reason {
            records::drawn(&mut State::locked(change, &acting).await?, known).await
        } else {
            Err(Code::Conflict.into())
        };
    }
    let now = change.now();
    let open = change.db().emergency_draws_open(id, now).await?;
    if !right.lives_at(now) || !open.is_empty() {
        let detail = if open.is_empty() {
            "this right to emergency access has ended"
        } else {
            "this emergency access is drawn already"
        };
        let event = change.event(acting.who, KIND).on(super::of_right(&right));
        let refusal = Refusal::new(Code::WrongState).detail(detail);
        return Err(Stop::Refused(refusal, Box::new(event.refused(Code::WrongState))));
    }
    // The role may have been changed since the right was given.
    let engine = State::locked(change, &acting).await?.engine().await?;
    if !engine.role(right.role).is_some_and(suits) {
        let detail = "this role cannot be drawn any more: it was changed since the right was given";
        let event = change.event(acting.who, KIND).on(super::of_right(&right));
        let refusal = Refusal::new(Code::WrongState).detail(detail);
        return Err(Stop::Refused(refusal, Box::new(event.refused(Code::WrongState))));
    }
    let before = now.minus(AGAIN_WITHIN);
    let again = change.db().emergency_draws_since(right.principal, before).await?;
    let grant = Grant {
        id: GrantId::random(&*change.entropy()),
        principal: right.principal,
        role: right.role,
        scope: right.scope,
        reason: call.reason.clone(),
        granted_by: right.given_by,
        granted_at: now,
        not_before: None,
        expires_at: Some(now.plus(length).min(right.ends_at)),
        conditions: Conditions {
            emergency: true,
            ..Conditions::default()
        }
        .into(),
        ended: None,
    };
    change.db().insert_grant(&grant).await?;
    let draw = EmergencyDraw {
        id: call.id,
        right: id,
        grant: grant.id,
        principal: right.principal,
        role: right.role,
        scope: right.scope,
        reason: call.reason,
        drawn_at: now,
        ends_at: grant.expires_at.unwrap_or(now),
        closed_at: None,
        again,
        review: None,
    };
    change.db().insert_emergency_draw(&draw).await?;
    told(change, &acting, &right, &draw);
    records::drawn(&mut State::locked(change, &acting).await?, draw).await
}

/// Tells of a draw: the log, and at once everyone's app, which shows it to those who may grant there.
fn told(change: &mut Change, acting: &Acting, right: &EmergencyRight, draw: &EmergencyDraw) {
    let event = change
        .event(acting.who, KIND)
        .on(of_draw(draw))
        .concerning(right.given_by)
        .fact("until", Fact::Number(draw.ends_at.millis()));
    let event = match draw.again {
        0 => event,
        again => event.fact("again", Fact::Number(again.into())),
    };
    let event = match label(right.id) {
        Some(id) => event.fact("right", Fact::Label(id)),
        None => event,
    };
    change.record(event.because(draw.reason.clone()));
    change.hint(Audience::Everyone, Hint::Sync);
}
