//! Requests for access in every state, a place that is open to ask for, one that asks two people, and a rule.

use super::{
    DAY,
    turn::{Seeder, Turn, principal},
};
use crate::company::{people::DEVELOPER, projects, stream};
use claviger_ledger::leaf::{Fact, NAME, Object};
use claviger_model::{
    approval::{ApprovalRule, Approves, RequestSettings},
    builtin_roles::{CONSUMER, EDITOR, READER},
    conditions::{Conditions, GrantConditions},
    event::EventKind,
    grant::{Ended, Grant},
    ids::{GrantId, PolicyId, RequestId, RoleId},
    name::Name,
    scope::{Discoverable, EnvironmentClass},
    time::{Clock, Timestamp},
};
use claviger_storage::{
    approvals::{Given, Step, Terms},
    requests::{Answer, Asked, Request, RequestState},
    scopes::ScopeSettings,
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

/// How places approve, from the beginning.
pub(super) async fn settle(seeder: &Seeder) -> anyhow::Result<()> {
    let mut turn = seeder.turn(seeder.clock.now().plus(HOUR)).await?;
    open(
        &mut turn,
        "ledger/production",
        "Ines Moreau",
        Discoverable::Everyone,
    )
    .await?;
    let teams = vec![principal("Payments")];
    open(
        &mut turn,
        "identity/staging",
        "Lin Sato",
        Discoverable::Teams(teams),
    )
    .await?;
    let two = RequestSettings {
        steps: Some(2),
        ..RequestSettings::default()
    };
    approves(&mut turn, "identity/production", "Lin Sato", two).await?;
    let rule = ApprovalRule {
        id: on_call(),
        name: Name::parse("Payments look into Ledger's staging")?,
        approves: Approves::Access {
            role: READER,
            most_seconds: 8 * HOURS,
        },
        teams: [principal("Payments")].into(),
        classes: [EnvironmentClass::Staging].into(),
        conditions: Conditions::default(),
        author: principal("Ines Moreau"),
    };
    let by_rule = RequestSettings {
        rotations_need_approval: Some(true),
        rules: vec![rule],
        ..RequestSettings::default()
    };
    approves(&mut turn, "ledger", "Ines Moreau", by_rule).await?;
    turn.commit().await
}

fn on_call() -> PolicyId {
    PolicyId::random(&stream("rule/ledger"))
}

/// What is going to be asked for, the first first.
pub(super) struct Planned(VecDeque<(Timestamp, Ask<'static>, End<'static>)>);

/// The plan.
pub(super) fn planned(now: Timestamp) -> Planned {
    let ask = |by, role, at, hours, reason| Ask {
        by,
        role,
        at,
        hours,
        reason,
    };
    let told = [
        (
            DAY * 40,
            ask(
                "Dmitri Volkov",
                EDITOR,
                "ledger/production",
                24,
                "Move the settlement job",
            ),
            End::Refused(
                "Ines Moreau",
                "The Ledger team moves it on Tuesday; Reader would do to look",
            ),
        ),
        (
            DAY * 20,
            ask(
                DEVELOPER,
                EDITOR,
                "payments/production",
                8,
                "Rotate the card scheme keys",
            ),
            End::Waits,
        ),
        (
            DAY * 9,
            ask(
                DEVELOPER,
                READER,
                "ledger/production",
                4,
                "Compare balances after the incident",
            ),
            End::Approved {
                by: "Ines Moreau",
                back: Some(HOUR + HOUR / 2),
                rule: None,
            },
        ),
        (
            DAY * 6,
            ask(
                "Jonas Keller",
                READER,
                "ledger/staging",
                8,
                "Reproduce the rounding difference",
            ),
            End::Approved {
                by: "Ines Moreau",
                back: None,
                rule: Some(on_call()),
            },
        ),
        (
            DAY * 4,
            ask(
                "Rosa Delgado",
                READER,
                "identity/production",
                2,
                "Check the signing key of the test tenant",
            ),
            End::Step("Lin Sato"),
        ),
        (
            DAY * 2,
            ask(
                "Salma Idrissi",
                CONSUMER,
                "ledger/production",
                2,
                "Wrong place, sorry",
            ),
            End::Withdrawn,
        ),
        (
            HOUR * 3,
            ask(
                DEVELOPER,
                READER,
                "identity/staging",
                24,
                "The new sign-in page fails in our tests",
            ),
            End::Approved {
                by: "Lin Sato",
                back: None,
                rule: None,
            },
        ),
        (
            HOUR * 2,
            ask(
                "Jonas Keller",
                READER,
                "payments/production",
                4,
                "The nightly settlement hangs",
            ),
            End::Waits,
        ),
        (
            HOUR,
            ask(
                "Kwame Mensah",
                CONSUMER,
                "payments/staging",
                72,
                "Rehearse the ledger migration against payments",
            ),
            End::Waits,
        ),
    ];
    Planned(
        told.into_iter()
            .map(|(ago, ask, end)| (now.minus(ago), ask, end))
            .collect(),
    )
}

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
    tell(&mut turn, ask.by, EventKind::RequestMade, &request, ask.reason);
    let (by, state, word) = match end {
        End::Waits => return turn.commit().await,
        End::Step(by) => {
            step(&mut turn, &request, terms, by).await?;
            return turn.commit().await;
        }
        End::Refused(by, word) => (by, RequestState::Refused, word),
        End::Withdrawn => (ask.by, RequestState::Withdrawn, ""),
        End::Approved { by, rule, .. } => {
            if rule.is_none() {
                step(&mut turn, &request, terms, by).await?;
            }
            (by, RequestState::Done, "")
        }
    };
    let answer = Answer {
        by: principal(by),
        at: turn.now(),
        word: word.to_owned(),
        version: None,
    };
    turn.db().answer_request(request.id, state, &answer).await?;
    tell(&mut turn, by, EventKind::RequestAnswered, &request, word);
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

fn tell(turn: &mut Turn<'_>, by: &str, kind: EventKind, request: &Request, words: &str) {
    let object = Object {
        request: Some(request.id),
        scope: Some(request.scope),
        principal: Some(request.asked_by),
        ..Object::default()
    };
    let event = turn.event(by, kind).on(object).concerning(request.asked_by);
    turn.record(if words.is_empty() {
        event
    } else {
        event.because(words)
    });
}

async fn open(turn: &mut Turn<'_>, path: &str, by: &str, discoverable: Discoverable) -> anyhow::Result<()> {
    let (id, now) = (projects::id(path), turn.now());
    let scope = turn.db().scope(id).await?;
    let settings = ScopeSettings {
        class: scope.as_ref().and_then(|scope| scope.class),
        discoverable,
        lease_seconds: scope.and_then(|scope| scope.lease_seconds),
    };
    turn.db().set_scope(id, &settings, now).await?;
    edited(turn, path, by, None);
    Ok(())
}

async fn approves(
    turn: &mut Turn<'_>,
    path: &str,
    by: &str,
    settings: RequestSettings,
) -> anyhow::Result<()> {
    let now = turn.now();
    turn.db()
        .put_request_settings(projects::id(path), &settings, now)
        .await?;
    edited(turn, path, by, Some(settings.rules.len()));
    Ok(())
}

fn edited(turn: &mut Turn<'_>, path: &str, by: &str, rules: Option<usize>) {
    let object = Object {
        scope: Some(projects::id(path)),
        ..Object::default()
    };
    let event = turn
        .event(by, EventKind::ScopeEdited)
        .on(object)
        .commit(NAME, path, None);
    let rules = rules.and_then(|rules| i64::try_from(rules).ok());
    turn.record(match rules {
        Some(rules) => event.fact("approval-rules", Fact::Number(rules)),
        None => event,
    });
}
