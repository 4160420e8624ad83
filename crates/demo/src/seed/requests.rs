//! Requests for a rotation, in every state.

use super::{
    DAYS,
    people::Company,
    secrets::{Kept, lead},
    turn::{Turn, principal},
};
use crate::company::{below, stream};
use claviger_ledger::leaf::{NAME, Object};
use claviger_model::{entropy::Entropy, event::EventKind, ids::RequestId};
use claviger_storage::requests::{Answer, Asked, Request, RequestState};

const REASONS: &[&str] = &[
    "It stood in a screenshot that went to the wrong channel",
    "Somebody who knew it has left the team",
    "Older than our policy allows",
    "The vendor told us to",
    "It was in a log file for an hour",
];
const NO: &[&str] = &[
    "The vendor rotates it next week by itself",
    "It was changed yesterday, see version history",
];

/// When somebody may ask.
pub(super) struct Asker<'a> {
    pub(super) draw: &'a dyn Entropy,
    pub(super) day: u32,
    pub(super) slot: usize,
}

/// About once in six days somebody asks; some of these are refused or taken back at once, others wait.
pub(super) async fn ask(
    turn: &mut Turn<'_>,
    company: &Company,
    secrets: &[Kept],
    asker: Asker<'_>,
) -> anyhow::Result<()> {
    let draw = asker.draw;
    // Lately more, so that some still wait.
    let seldom = if asker.day + 40 > DAYS { 2 } else { 6 };
    if asker.slot != 1 || below(draw, seldom) != 0 {
        return Ok(());
    }
    let Some((name, projects)) = pick(&company.workers, draw) else {
        return Ok(());
    };
    let theirs: Vec<_> = secrets
        .iter()
        .filter(|secret| projects.contains(&secret.planned.project))
        .collect();
    let (Some(secret), Some(reason)) = (pick(&theirs, draw), pick(REASONS, draw)) else {
        return Ok(());
    };
    let by = lead(secret.planned.project);
    if by == *name {
        return Ok(());
    }
    let request = Request {
        id: RequestId::random(&stream(&format!("request/{}", asker.day))),
        asked: Asked::Rotation {
            secret: secret.planned.id,
        },
        scope: secret.planned.scope,
        asked_by: principal(name),
        asked_at: turn.now(),
        reason: (*reason).to_owned(),
        state: RequestState::Open,
        answer: None,
    };
    turn.db().insert_request(&request).await?;
    tell(turn, name, EventKind::RequestMade, secret, request.id, reason);
    match below(draw, 4) {
        0 => {
            let word = pick(NO, draw).copied().unwrap_or("Not now");
            close(turn, request.id, RequestState::Refused, by, word).await?;
            tell(turn, by, EventKind::RequestAnswered, secret, request.id, word);
        }
        1 => {
            close(turn, request.id, RequestState::Withdrawn, name, "").await?;
            tell(turn, name, EventKind::RequestAnswered, secret, request.id, "");
        }
        _ => {}
    }
    Ok(())
}

/// A new version fulfils what waits for it.
pub(super) async fn fulfil(turn: &mut Turn<'_>, secret: &Kept, by: &str) -> anyhow::Result<()> {
    let answer = Answer {
        by: principal(by),
        at: turn.now(),
        word: String::new(),
        version: Some(secret.version),
    };
    for request in turn.db().fulfil_rotations(secret.planned.id, &answer).await? {
        let event = turn
            .event(by, EventKind::RequestAnswered)
            .on(Object {
                request: Some(request.id),
                ..secret.object()
            })
            .concerning(request.asked_by)
            .commit(NAME, secret.path(), None);
        turn.record(event);
    }
    Ok(())
}

async fn close(
    turn: &mut Turn<'_>,
    id: RequestId,
    state: RequestState,
    by: &str,
    word: &str,
) -> anyhow::Result<()> {
    let answer = Answer {
        by: principal(by),
        at: turn.now(),
        word: word.to_owned(),
        version: None,
    };
    turn.db().answer_request(id, state, &answer).await?;
    Ok(())
}

fn tell(turn: &mut Turn<'_>, by: &str, kind: EventKind, secret: &Kept, request: RequestId, reason: &str) {
    let event = turn
        .event(by, kind)
        .on(Object {
            request: Some(request),
            ..secret.object()
        })
        .commit(NAME, secret.path(), None)
        .because(reason);
    turn.record(event);
}

fn pick<'a, T>(from: &'a [T], draw: &dyn Entropy) -> Option<&'a T> {
    from.get(usize::try_from(below(draw, from.len() as u64)).unwrap_or(0))
}
