//! Giving what was asked for: the grant, its link to the request, and the events of both, in one transaction.

use super::{
    rules::Approved,
    table,
    terms::{self, until},
};
use crate::{
    events::Event,
    http::Refusal,
    sequencer::{Acting, Change, Stop},
    stream::Audience,
};
use claviger_ledger::{
    label::Label,
    leaf::{Fact, Object},
};
use claviger_model::{
    approval::LONGEST_SECONDS,
    conditions::Conditions,
    event::EventKind,
    grant::Grant,
    ids::{GrantId, PolicyId, PrincipalId},
    time::Timestamp,
};
use claviger_protocol::{problem::Code, stream::Hint};
use claviger_storage::{
    approvals::{Given, Terms},
    requests::{Answer, Asked, Request, RequestState},
};
use std::time::Duration;

/// When access would begin to be counted: now, or for an extension at the end of what it prolongs, if that still lives and is
/// the same.
///
/// # Errors
/// When a request is to be prolonged that cannot be.
pub async fn begin(change: &mut Change, request: &Request, given: Option<Terms>) -> Result<Timestamp, Stop> {
    let now = change.now();
    let (
        Asked::Access {
            extends: Some(before),
            ..
        },
        Some(asked),
    ) = (request.asked, terms::asked(request))
    else {
        return Ok(now);
    };
    let own = change
        .db()
        .request(before)
        .await?
        .filter(|before| before.asked_by == request.asked_by);
    let link = change.db().given_by(&[before]).await?.into_iter().next();
    let (Some(_), Some(link)) = (own, link) else {
        return Err(Refusal::new(Code::BadRequest)
            .detail("only access of one's own that was approved can be prolonged")
            .into());
    };
    let grant = change.db().grant(link.grant).await?.ok_or(Code::Internal)?;
    let terms = given.unwrap_or(asked);
    if given.is_none() && (grant.role, grant.scope) != (terms.role, terms.scope) {
        return Err(Refusal::new(Code::BadRequest)
            .detail("what is prolonged has another role or place")
            .into());
    }
    Ok(table::prolongs(&grant, terms, now).unwrap_or(now))
}

/// When these terms end, which is never later than 90 days from now, whatever they prolong.
///
/// # Errors
/// When it would be later.
pub fn ending(change: &Change, terms: Terms, begin: Timestamp) -> Result<Timestamp, Stop> {
    let end = until(terms, begin);
    if end > change.now().plus(Duration::from_secs(LONGEST_SECONDS.into())) {
        return Err(Refusal::new(Code::BadRequest)
            .detail("access ends 90 days from now at the latest, with what is prolonged")
            .into());
    }
    Ok(end)
}

/// Gives by a person who approved last.
///
/// # Errors
/// When the tables cannot be written.
pub async fn by_hand(
    change: &mut Change,
    acting: &Acting,
    request: &Request,
    terms: Terms,
    word: String,
    policies: Vec<String>,
) -> Result<(), Stop> {
    let begin = begin(change, request, Some(terms)).await?;
    let gift = Gift {
        terms,
        ends_at: ending(change, terms, begin)?,
        by: acting.who.principal,
        rule: None,
        conditions: Conditions::default(),
        word: word.clone(),
    };
    let grant = give(change, request, gift).await?;
    let event = change
        .event(acting.who, EventKind::GrantGiven)
        .on(given_object(request, &grant, None))
        .concerning(request.asked_by)
        .decided_by(policies)
        .because(grant.reason.clone());
    change.record(event);
    let event = change
        .event(acting.who, EventKind::RequestAnswered)
        .on(given_object(request, &grant, None))
        .concerning(request.asked_by);
    let event = if word.is_empty() {
        event
    } else {
        event.because(word)
    };
    change.record(state(event, "approved"));
    Ok(())
}

/// Gives by a rule, in its author's name.
///
/// # Errors
/// When the tables cannot be written.
pub async fn by_rule(
    change: &mut Change,
    request: &Request,
    by: &Approved,
    terms: Terms,
    begin: Timestamp,
) -> Result<(), Stop> {
    let rule = &by.rule;
    let gift = Gift {
        terms,
        ends_at: ending(change, terms, begin)?,
        by: by.author.id,
        rule: Some(rule.id),
        conditions: rule.conditions.clone(),
        word: rule.name.to_string(),
    };
    let grant = give(change, request, gift).await?;
    for kind in [EventKind::GrantGiven, EventKind::RequestAnswered] {
        let event = change
            .own_event(kind)
            .on(given_object(request, &grant, Some(rule.id)))
            .concerning(request.asked_by)
            .concerning(by.author.id)
            .decided_by(by.policies.clone())
            .because(grant.reason.clone());
        change.record(if kind == EventKind::GrantGiven {
            event
        } else {
            state(event, "approved-by-rule")
        });
    }
    Ok(())
}

struct Gift {
    terms: Terms,
    ends_at: Timestamp,
    by: PrincipalId,
    rule: Option<PolicyId>,
    conditions: Conditions,
    word: String,
}

async fn give(change: &mut Change, request: &Request, gift: Gift) -> Result<Grant, Stop> {
    let (now, entropy) = (change.now(), change.entropy());
    let grant = Grant {
        id: GrantId::random(&*entropy),
        principal: request.asked_by,
        role: gift.terms.role,
        scope: gift.terms.scope,
        reason: request.reason.clone(),
        granted_by: gift.by,
        granted_at: now,
        not_before: None,
        expires_at: Some(gift.ends_at),
        conditions: gift.conditions.into(),
        ended: None,
    };
    change.db().insert_grant(&grant).await?;
    let given = Given {
        request: request.id,
        grant: grant.id,
        rule: gift.rule,
        ends_at: gift.ends_at,
        closed_at: None,
    };
    change.db().insert_given(&given).await?;
    let answer = Answer {
        by: gift.by,
        at: now,
        word: gift.word,
        version: None,
    };
    change
        .db()
        .answer_request(request.id, RequestState::Done, &answer)
        .await?;
    change.hint(Audience::Person(request.asked_by), Hint::Sync);
    Ok(grant)
}

fn given_object(request: &Request, grant: &Grant, rule: Option<PolicyId>) -> Object {
    Object {
        grant: Some(grant.id),
        role: Some(grant.role),
        scope: Some(grant.scope),
        policy: rule,
        ..object(request)
    }
}

/// What is named in the events of a request.
pub fn object(request: &Request) -> Object {
    let (secret, role) = match request.asked {
        Asked::Rotation { secret } => (Some(secret), None),
        Asked::Access { secret, role, .. } => (secret, Some(role)),
    };
    Object {
        request: Some(request.id),
        scope: Some(request.scope),
        principal: Some(request.asked_by),
        secret,
        role,
        ..Object::default()
    }
}

/// Says how a request stands after an event.
pub fn state(event: Event, state: &str) -> Event {
    match Label::new(state) {
        Ok(state) => event.fact("state", Fact::Label(state)),
        Err(_) => event,
    }
}
