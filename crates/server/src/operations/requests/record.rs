//! Requests as their readers see them, with what each reader can do about them.

use super::{
    approvers::approvers,
    closed::may_withdraw,
    standing::{approval, given, state, want},
    table,
    terms::{self, Judge},
};
use crate::entitlement::{Circumstances, Place};
use claviger_model::{
    action::Action,
    approval::RequestSettings,
    grant::Grant,
    ids::{GrantId, RequestId},
};
use claviger_protocol::requests::{Course, Given, May, RequestRecord, RequestState};
use claviger_storage::{
    Reader, StorageError,
    approvals::{Given as GivenRow, Step},
    principals::Principal,
    requests::{Asked, Request},
};
use std::collections::BTreeMap;

/// Who reads.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// For judging.
    pub judge: Judge<'a>,
    /// The reader.
    pub by: &'a Principal,
    /// How they will be signed in when they answer: what only a fresh sign-in is missing for is offered.
    pub circumstances: &'a Circumstances,
}

/// Those of these requests that the reader may see, in the given order.
///
/// # Errors
/// When the tables cannot be read.
pub async fn records(
    reader: &mut dyn Reader,
    seen: Seen<'_>,
    requests: &[Request],
) -> Result<Vec<RequestRecord>, StorageError> {
    if requests.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<RequestId> = requests.iter().map(|request| request.id).collect();
    let mut steps: BTreeMap<RequestId, Vec<Step>> = BTreeMap::new();
    for step in reader.steps_of(&ids).await? {
        steps.entry(step.request).or_default().push(step);
    }
    let given = reader.given_by(&ids).await?;
    let given: BTreeMap<RequestId, GivenRow> =
        given.into_iter().map(|given| (given.request, given)).collect();
    let wanted: Vec<GrantId> = given.values().map(|given| given.grant).collect();
    let grants = if wanted.is_empty() {
        Vec::new()
    } else {
        reader.grants(&wanted).await?
    };
    let grants: BTreeMap<GrantId, Grant> = grants.into_iter().map(|grant| (grant.id, grant)).collect();
    let mut found = Vec::with_capacity(requests.len());
    for request in requests {
        let rows = Rows {
            steps: steps.remove(&request.id).unwrap_or_default(),
            given: given
                .get(&request.id)
                .and_then(|row| Some((row, grants.get(&row.grant)?))),
        };
        found.extend(one(reader, seen, request, rows).await?);
    }
    Ok(found)
}

struct Rows<'a> {
    steps: Vec<Step>,
    given: Option<(&'a GivenRow, &'a Grant)>,
}

async fn one(
    reader: &mut dyn Reader,
    seen: Seen<'_>,
    request: &Request,
    rows: Rows<'_>,
) -> Result<Option<RequestRecord>, StorageError> {
    let Seen { judge, by, .. } = seen;
    let place = judge
        .entitlements
        .place_at(reader, judge.epoch, request.scope)
        .await?;
    let Some(place) = place else {
        return Ok(None);
    };
    let rights = rights(reader, seen, request, &place).await?;
    let own = request.asked_by == by.id;
    if !(own || rights.answers || rights.fulfils) {
        return Ok(None);
    }
    let engine = judge.engine(reader).await?;
    let role_name = |role| engine.role(role).map(|role| role.name.to_string());
    let settings = judge.settings(reader, &place).await?;
    let chain = || settings.iter().map(|(_, settings)| settings);
    let needed = match request.asked {
        Asked::Access { .. } => RequestSettings::steps_of(chain()),
        Asked::Rotation { .. } => u32::from(RequestSettings::rotation_needs_approval(chain())),
    };
    let state = state(request, judge.now);
    let open = state == RequestState::Open;
    let lives = rows.given.is_some_and(|(_, grant)| {
        grant.ended.is_none() && grant.expires_at.is_some_and(|end| judge.now < end)
    });
    let mut course = Course {
        path: place.scope.path.to_string(),
        role: terms::asked(request).and_then(|terms| role_name(terms.role)),
        needed,
        lapses_at: terms::lapses_at(request).filter(|_| open),
        given: match rows.given {
            Some((row, grant)) => Some(Given {
                path: path(reader, judge, grant).await?,
                ..given(row, grant, role_name(grant.role).unwrap_or_default())
            }),
            None => None,
        },
        ..Course::default()
    };
    if open {
        course.terms = table::shown(reader, judge, request, &rows.steps).await?;
        if let Some(terms) = terms::narrowed(request, &rows.steps).filter(|_| own) {
            course.approvers = approvers(reader, judge, &place, by, terms).await?;
        }
        course.may = may(reader, seen, request, &rows.steps, &rights, needed).await?;
    } else if own && lives {
        course.may = vec![May::HandBack];
    }
    course.steps = rows.steps.into_iter().map(approval).collect();
    Ok(Some(RequestRecord {
        id: request.id,
        want: want(request),
        reason: request.reason.clone(),
        asked_by: request.asked_by,
        asked_at: request.asked_at,
        state,
        course,
    }))
}

/// What the reader may do at the place of a request.
struct Rights {
    answers: bool,
    fulfils: bool,
}

async fn rights(
    reader: &mut dyn Reader,
    seen: Seen<'_>,
    request: &Request,
    place: &Place,
) -> Result<Rights, StorageError> {
    let Seen {
        judge,
        by,
        circumstances,
    } = seen;
    let rotation = matches!(request.asked, Asked::Rotation { .. });
    Ok(Rights {
        answers: judge
            .allows(reader, by, circumstances, Action::RequestAnswer, place)
            .await?,
        fulfils: rotation
            && judge
                .allows(reader, by, circumstances, Action::RotationFulfil, place)
                .await?,
    })
}

async fn may(
    reader: &mut dyn Reader,
    seen: Seen<'_>,
    request: &Request,
    steps: &[Step],
    rights: &Rights,
    needed: u32,
) -> Result<Vec<May>, StorageError> {
    let Seen {
        judge,
        by,
        circumstances,
    } = seen;
    let mut may = Vec::new();
    let approved = steps.iter().any(|step| step.by == by.id);
    if request.asked_by == by.id {
        if !may_withdraw(reader, request).await? {
            return Ok(may);
        }
        may.push(May::Withdraw);
    } else if let Some(terms) = terms::narrowed(request, steps) {
        let asker = reader.principal(request.asked_by).await?;
        let place = judge
            .entitlements
            .place_at(reader, judge.epoch, terms.scope)
            .await?;
        if let (Some(asker), Some(place), true, false) = (asker, place, rights.answers, approved) {
            let until = terms::until(terms, judge.now);
            let may_give = judge
                .may_give(reader, (by, circumstances), &asker, &place, terms.role, until)
                .await?;
            may.extend(may_give.is_ok().then_some(May::Approve));
        }
        may.extend(rights.answers.then_some(May::Refuse));
    } else {
        may.extend((rights.answers && needed > 0 && steps.is_empty()).then_some(May::Approve));
        may.extend((rights.answers || rights.fulfils).then_some(May::Refuse));
    }
    let waits = needed > 0 && steps.is_empty();
    may.extend((rights.fulfils && !waits).then_some(May::Fulfil));
    Ok(may)
}

async fn path(reader: &mut dyn Reader, judge: Judge<'_>, grant: &Grant) -> Result<String, StorageError> {
    let place = judge
        .entitlements
        .place_at(reader, judge.epoch, grant.scope)
        .await?;
    Ok(place
        .map(|place| place.scope.path.to_string())
        .unwrap_or_default())
}
