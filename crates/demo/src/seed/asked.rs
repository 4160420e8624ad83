//! Requests for access in every state, a place that is open to ask for, one that asks two people, and a rule.

mod plan;
mod settings;

pub(super) use plan::planned;
pub(super) use settings::settle;

use super::turn::{Seeder, Turn, principal};
use crate::company::{projects, stream};
use claviger_ledger::{
    label::Label,
    leaf::{Fact, Object},
};
use claviger_model::{
    conditions::GrantConditions,
    event::EventKind,
    grant::{Ended, Grant},
    ids::{GrantId, PolicyId, RequestId, RoleId},
    time::{Clock, Timestamp},
};
use claviger_storage::{
    approvals::{Given, Step, Terms},
    requests::{Answer, Asked, Request, RequestState},
};
use std::{collections::VecDeque, time::Duration};

const HOUR: Duration = Duration::from_secs(3600);
const HOURS: u32 = 3600;

/// Somebody asks.
struct Ask<'a> {
    by: &'a str,
    role: RoleId,
    at: &'a str,
    hours: u32,
    reason: &'a str,
}

/// What becomes of it.
enum End<'a> {
    Waits,
    Step(&'a str),
    Approved {
        by: &'a str,
        back: Option<Duration>,
        rule: Option<PolicyId>,
    },
    Refused(&'a str, &'a str),
    Withdrawn,
}

/// What is going to be asked for, the first first.
pub(super) struct Planned(VecDeque<(Timestamp, Ask<'static>, End<'static>)>);

impl Planned {
    /// Lets happen what is due at a moment.
    pub(super) async fn until(&mut self, seeder: &Seeder, at: Timestamp) -> anyhow::Result<()> {
        while self.0.front().is_some_and(|(due, ..)| *due <= at) {
            let Some((due, ask, end)) = self.0.pop_front() else {
                break;
            };
            one(seeder, due, ask, end).await?;
        }
        Ok(())
    }
}

async fn one(seeder: &Seeder, at: Timestamp, ask: Ask<'_>, end: End<'_>) -> anyhow::Result<()> {
    let mut turn = seeder.turn(at).await?;
    let terms = Terms {
        role: ask.role,
        scope: projects::id(ask.at),
        seconds: ask.hours * HOURS,
    };
    let request = Request {
        id: RequestId::random(&stream(&format!("access request/{}/{}", ask.by, ask.at))),
        asked: Asked::Access {
            role: ask.role,
            secret: None,
            seconds: terms.seconds,
            extends: None,
        },
        scope: terms.scope,
        asked_by: principal(ask.by),
        asked_at: turn.now(),
        reason: ask.reason.to_owned(),
        state: RequestState::Open,
        answer: None,
    };
    turn.db().insert_request(&request).await?;
    tell(&mut turn, ask.by, &request, None, ask.reason)?;
    let (by, state, said, word) = match end {
        End::Waits => return turn.commit().await,
        End::Step(by) => {
            step(&mut turn, &request, terms, by).await?;
            tell(&mut turn, by, &request, Some("step"), "")?;
            return turn.commit().await;
        }
        End::Refused(by, word) => (by, RequestState::Refused, "refused", word),
        End::Withdrawn => (ask.by, RequestState::Withdrawn, "withdrawn", ""),
        End::Approved { by, rule, .. } => {
            if rule.is_none() {
                step(&mut turn, &request, terms, by).await?;
            }
            let said = match rule {
                None => "approved",
                Some(_) => "approved-by-rule",
            };
            (by, RequestState::Done, said, "")
        }
    };
    let answer = Answer {
        by: principal(by),
        at: turn.now(),
        word: word.to_owned(),
        version: None,
    };
    turn.db().answer_request(request.id, state, &answer).await?;
    tell(&mut turn, by, &request, Some(said), word)?;
    let End::Approved { by, back, rule } = end else {
        return turn.commit().await;
    };
    let grant = give(&mut turn, &request, terms, by, rule).await?;
    turn.commit().await?;
    let Some(after) = back else { return Ok(()) };
    let back = seeder.clock.now().plus(after);
    let mut turn = seeder.turn(back).await?;
    let ended = Ended {
        at: turn.now(),
        by: request.asked_by,
        reason: "Handed back early".to_owned(),
    };
    turn.db().end_grant(grant, &ended).await?;
    let object = Object {
        grant: Some(grant),
        principal: Some(request.asked_by),
        role: Some(terms.role),
        scope: Some(terms.scope),
        ..Object::default()
    };
    let event = turn
        .event(ask.by, EventKind::GrantEnded)
        .on(object)
        .because(ended.reason);
    turn.record(event);
    turn.commit().await
}

async fn step(turn: &mut Turn<'_>, request: &Request, terms: Terms, by: &str) -> anyhow::Result<()> {
    let step = Step {
        request: request.id,
        by: principal(by),
        at: turn.now(),
        terms: Some(terms),
        word: String::new(),
    };
    turn.db().insert_step(&step).await?;
    Ok(())
}

async fn give(
    turn: &mut Turn<'_>,
    request: &Request,
    terms: Terms,
    by: &str,
    rule: Option<PolicyId>,
) -> anyhow::Result<GrantId> {
    let ends_at = turn.now().plus(Duration::from_secs(terms.seconds.into()));
    let grant = Grant {
        id: GrantId::random(&stream(&format!("grant of {}", request.id))),
        principal: request.asked_by,
        role: terms.role,
        scope: terms.scope,
        reason: request.reason.clone(),
        granted_by: principal(by),
        granted_at: turn.now(),
        not_before: None,
        expires_at: Some(ends_at),
        conditions: GrantConditions::default(),
        ended: None,
    };
    turn.db().insert_grant(&grant).await?;
    let given = Given {
        request: request.id,
        grant: grant.id,
        rule,
        ends_at,
        closed_at: None,
    };
    turn.db().insert_given(&given).await?;
    let object = Object {
        grant: Some(grant.id),
        principal: Some(grant.principal),
        role: Some(grant.role),
        scope: Some(grant.scope),
        request: Some(request.id),
        policy: rule,
        ..Object::default()
    };
    let event = match rule {
        None => turn.event(by, EventKind::GrantGiven),
        Some(_) => turn.own_event(EventKind::GrantGiven).concerning(principal(by)),
    };
    let event = event
        .on(object)
        .concerning(grant.principal)
        .because(request.reason.clone());
    turn.record(event);
    Ok(grant.id)
}

/// The event of a request that is made, or of what became of it.
fn tell(
    turn: &mut Turn<'_>,
    by: &str,
    request: &Request,
    state: Option<&str>,
    words: &str,
) -> anyhow::Result<()> {
    let role = match request.asked {
        Asked::Access { role, .. } => Some(role),
        Asked::Rotation { .. } => None,
    };
    let object = Object {
        request: Some(request.id),
        scope: Some(request.scope),
        principal: Some(request.asked_by),
        role,
        ..Object::default()
    };
    let kind = match state {
        None => EventKind::RequestMade,
        Some(_) => EventKind::RequestAnswered,
    };
    let mut event = turn.event(by, kind).on(object).concerning(request.asked_by);
    if let Some(state) = state {
        event = event.fact("state", Fact::Label(Label::new(state)?));
    }
    turn.record(if words.is_empty() {
        event
    } else {
        event.because(words)
    });
    Ok(())
}
