//! A rotation is queued for each value that they hold and that is current, the riskiest first.

use super::Left;
use crate::{
    events::Event,
    http::Refusal,
    operations::{
        offboarding::case::{in_the_name_of, of_case},
        requests::give::object,
    },
    sequencer::{Change, Stop},
    stream::Audience,
};
use claviger_model::{
    blast::Known,
    event::EventKind,
    ids::RequestId,
    offboarding::{Case, Rotation, RotationState},
    secret::Stage,
    time::Timestamp,
};
use claviger_protocol::{problem::Code, stream::Hint};
use claviger_storage::requests::{Asked, Request, RequestState};
use std::time::Duration;

/// Requests of a secret that are looked at for one that is open.
const LOOKED_AT: u32 = 100;
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Queues rotations for values that somebody was found to hold; what has changed since, or is queued already, is left out.
///
/// # Errors
/// When the tables cannot be read or written.
pub async fn queue(change: &mut Change, case: &Case, held: Vec<Known>) -> Result<(), Stop> {
    let mut rotations = Vec::with_capacity(held.len());
    for known in held {
        if change.db().case_rotation(case.id, known.secret).await?.is_none() {
            rotations.extend(rotation(change, case, &known).await?);
        }
    }
    change.db().insert_rotations(&rotations).await?;
    if !rotations.is_empty() {
        change.hint(Audience::Everyone, Hint::Sync);
    }
    Ok(())
}

/// A rotation for a value that somebody holds, with a request for it; none where the value is not current any more.
///
/// # Errors
/// When the tables cannot be read or written.
pub async fn rotation(change: &mut Change, case: &Case, known: &Known) -> Result<Option<Rotation>, Stop> {
    let value = change.db().sealed_version(known.secret, known.version).await?;
    // Erased in the meantime, value and all, or changed.
    let Some(value) = value.filter(|value| value.version.stage == Stage::Current) else {
        return Ok(None);
    };
    let request = if known.in_bin {
        None
    } else {
        Some(asked(change, case, known).await?)
    };
    Ok(Some(Rotation {
        case: case.id,
        secret: known.secret,
        version: known.version,
        fingerprint: value.fingerprint,
        how: known.how(),
        risk: known.risk,
        owner: known.owner.filter(|owner| *owner != case.person),
        due_at: due(known, change.now()),
        request,
        state: RotationState::Open,
        settled: None,
    }))
}

/// Whether something that they hold is not queued yet, because it became current while the others were queued.
pub(super) async fn rest(change: &mut Change, case: &Case) -> Result<Left, Stop> {
    if change.db().is_any_unqueued(case.id, case.person).await? {
        // The next round reads anew what is held.
        return Err(Refusal::new(Code::StalePlan).into());
    }
    Ok(Left::Nothing)
}

fn due(known: &Known, now: Timestamp) -> Timestamp {
    now.plus(DAY.saturating_mul(u32::try_from(known.risk.days()).unwrap_or(1)))
}

/// The request for it: one that the same person has open, or a new one.
async fn asked(change: &mut Change, case: &Case, known: &Known) -> Result<RequestId, Stop> {
    let (asked, by) = (Asked::Rotation { secret: known.secret }, in_the_name_of(case));
    let before = change.db().requests_of_secret(known.secret, LOOKED_AT).await?;
    let open = before.iter().find(|request| {
        request.state == RequestState::Open && request.asked == asked && request.asked_by == by
    });
    if let Some(open) = open {
        return Ok(open.id);
    }
    let request = Request {
        id: RequestId::random(&*change.entropy()),
        asked,
        scope: known.scope,
        asked_by: by,
        asked_at: change.now(),
        reason: case.reason.clone(),
        state: RequestState::Open,
        answer: None,
    };
    change.db().insert_request(&request).await?;
    let event: Event = of_case(change.own_event(EventKind::RequestMade), case);
    change.record(event.on(object(&request)).concerning(by));
    Ok(request.id)
}
