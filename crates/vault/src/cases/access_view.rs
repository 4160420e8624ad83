//! A request for access as the page sees it.

use super::names;
use crate::{
    state::book::Book,
    view::request::{AccessRequest, AccessState, ApprovalStep, GivenAccess, RequestVerbs},
};
use claviger_model::{ids::PrincipalId, time::Timestamp};
use claviger_protocol::requests::{Given, May, RequestRecord, RequestState, Want};

/// What stands for a role whose name is not known on this device.
const SOME_ROLE: &str = "A role";

/// The request; what it asks for beyond access does not matter here.
pub(super) fn access(book: &Book, me: PrincipalId, request: &RequestRecord, now: Timestamp) -> AccessRequest {
    let course = &request.course;
    let (role, place, secret, seconds, extends) = match request.want {
        Want::Access {
            role,
            scope,
            secret,
            seconds,
            extends,
        } => (
            role.to_string(),
            scope.to_string(),
            secret,
            seconds,
            extends.is_some(),
        ),
        Want::Rotation { secret } => (String::new(), String::new(), Some(secret), 0, false),
    };
    // Whoever answers is shown what is on the table by now; whoever asked, what they asked for.
    let open = request.state == RequestState::Open && request.asked_by != me;
    let table = course.terms.as_ref().filter(|_| open);
    let lapsed = course
        .lapses_at
        .filter(|at| *at <= now && request.state == RequestState::Open);
    let may = |verb| lapsed.is_none() && course.may.contains(&verb);
    AccessRequest {
        id: request.id.to_string(),
        role: table.map_or(role, |terms| terms.role.to_string()),
        role_name: table
            .map(|terms| terms.role_name.clone())
            .or_else(|| course.role.clone())
            .unwrap_or_else(|| SOME_ROLE.to_owned()),
        place: table.map_or(place, |terms| terms.scope.to_string()),
        path: table.map_or_else(|| course.path.clone(), |terms| terms.path.clone()),
        secret: secret.map(|secret| names::reference_to(book, secret)),
        seconds: table.map_or(seconds, |terms| terms.seconds),
        extends,
        reason: request.reason.clone(),
        by: names::person(book, request.asked_by),
        at: request.asked_at.millis(),
        mine: request.asked_by == me,
        state: match lapsed {
            Some(at) => AccessState::Lapsed { at: at.millis() },
            None => state(book, request, now),
        },
        steps: course
            .steps
            .iter()
            .map(|step| ApprovalStep {
                by: names::name(book, step.by),
                at: step.at.millis(),
                words: step.words.clone(),
            })
            .collect(),
        needed: course.needed,
        approvers: course
            .approvers
            .iter()
            .map(|one| names::person(book, *one))
            .collect(),
        lapses_at: course.lapses_at.map(Timestamp::millis),
        given: course.given.as_ref().map(|given| gift(book, request, given)),
        can: RequestVerbs {
            approve: may(May::Approve),
            refuse: may(May::Refuse),
            withdraw: may(May::Withdraw),
            hand_back: may(May::HandBack) && lives(request, now),
        },
    }
}

fn gift(book: &Book, request: &RequestRecord, given: &Given) -> GivenAccess {
    GivenAccess {
        role_name: given.role_name.clone(),
        path: given.path.clone(),
        ends_at: given.ends_at.millis(),
        ended_at: given.ended_at.map(Timestamp::millis),
        ended_by: given
            .ended_by
            .filter(|by| *by != request.asked_by)
            .map(|by| names::name(book, by)),
        by_rule: given.rule.is_some(),
    }
}

fn lives(request: &RequestRecord, now: Timestamp) -> bool {
    let given = request.course.given.as_ref();
    given.is_some_and(|given| given.ended_at.is_none() && now < given.ends_at)
}

fn state(book: &Book, request: &RequestRecord, now: Timestamp) -> AccessState {
    match &request.state {
        RequestState::Open | RequestState::Done { .. } => AccessState::Open,
        RequestState::Approved { at, by } => AccessState::Approved {
            at: at.millis(),
            by: names::name(book, *by),
            lives: lives(request, now),
        },
        RequestState::Lapsed { at } => AccessState::Lapsed { at: at.millis() },
        RequestState::Refused { at, by, words } => AccessState::Refused {
            at: at.millis(),
            by: names::name(book, *by),
            words: words.clone(),
        },
        RequestState::Withdrawn { at } => AccessState::Withdrawn { at: at.millis() },
    }
}
