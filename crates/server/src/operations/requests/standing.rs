//! The parts of a request's record that need nothing but its rows.

use super::terms;
use claviger_model::{grant::Grant, ids::PrincipalId, time::Timestamp};
use claviger_protocol::requests::{Given, RequestRecord, RequestState, Step as Approval, Want};
use claviger_storage::{
    approvals::{Given as GivenRow, Step},
    requests::{Asked, Request, RequestState as Standing},
};

/// What it became, without its path.
pub fn given(row: &GivenRow, grant: &Grant, role_name: String) -> Given {
    Given {
        grant: grant.id,
        role: grant.role,
        role_name,
        scope: grant.scope,
        path: String::new(),
        ends_at: row.ends_at,
        ended_at: grant.ended.as_ref().map(|end| end.at),
        ended_by: grant.ended.as_ref().map(|end| end.by),
        rule: row.rule,
    }
}

/// An approval.
pub fn approval(step: Step) -> Approval {
    Approval {
        by: step.by,
        at: step.at,
        words: step.word,
    }
}

/// What is asked for.
pub fn want(request: &Request) -> Want {
    match request.asked {
        Asked::Rotation { secret } => Want::Rotation { secret },
        Asked::Access {
            role,
            secret,
            seconds,
            extends,
        } => Want::Access {
            role,
            scope: request.scope,
            secret,
            seconds,
            extends,
        },
    }
}

/// How a request stands; one that nobody answered in time lapses by itself.
pub fn state(request: &Request, now: Timestamp) -> RequestState {
    let access = matches!(request.asked, Asked::Access { .. });
    match (request.state, request.answer.as_ref()) {
        (Standing::Done, Some(answer)) if access => RequestState::Approved {
            at: answer.at,
            by: answer.by,
        },
        (Standing::Done, Some(answer)) => RequestState::Done {
            at: answer.at,
            by: answer.by,
            version: answer.version.unwrap_or(0),
        },
        (Standing::Refused, Some(answer)) => RequestState::Refused {
            at: answer.at,
            by: answer.by,
            words: answer.word.clone(),
        },
        (Standing::Withdrawn, Some(answer)) => RequestState::Withdrawn { at: answer.at },
        _ => match terms::lapses_at(request).filter(|at| *at <= now) {
            Some(at) => RequestState::Lapsed { at },
            None => RequestState::Open,
        },
    }
}

/// Everyone whom a request names.
pub fn people(request: &RequestRecord) -> impl Iterator<Item = PrincipalId> + use<> {
    let by = match &request.state {
        RequestState::Done { by, .. }
        | RequestState::Refused { by, .. }
        | RequestState::Approved { by, .. } => Some(*by),
        RequestState::Open | RequestState::Withdrawn { .. } | RequestState::Lapsed { .. } => None,
    };
    let course = &request.course;
    let ended = course.given.as_ref().and_then(|given| given.ended_by);
    let named: Vec<_> = course
        .approvers
        .iter()
        .copied()
        .chain(course.steps.iter().map(|step| step.by))
        .chain([Some(request.asked_by), by, ended].into_iter().flatten())
        .collect();
    named.into_iter()
}
