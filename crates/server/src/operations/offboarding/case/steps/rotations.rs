//! A rotation is queued for each value that they hold and that is current, the riskiest first.

use super::{Left, ROUND};
use crate::{
    entitlement::Epoch,
    events::Event,
    operations::{
        offboarding::{
            case::{in_the_name_of, of_case},
            facts::Facts,
        },
        requests::give::object,
    },
    sequencer::{Change, Stop},
    stream::Audience,
};
use claviger_model::{
    blast::Known,
    event::EventKind,
    ids::{RequestId, SecretId},
    offboarding::{Case, Rotation, RotationState},
    time::Timestamp,
};
use claviger_protocol::stream::Hint;
use claviger_storage::requests::{Asked, Request, RequestState};
use std::{collections::BTreeSet, time::Duration};

/// Requests of a secret that are looked at for one that is open.
const LOOKED_AT: u32 = 100;
/// Rotations of one statement.
const PAGE: u32 = 5_000;
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Queues some of them.
pub(super) async fn queue(change: &mut Change, case: &Case) -> Result<Left, Stop> {
    let known = known(change, case).await?;
    let queued = queued(change, case).await?;
    let mut rest = known.into_iter().filter(|known| !queued.contains(&known.secret));
    let mut rotations = Vec::new();
    for known in rest.by_ref().take(ROUND) {
        let value = change.db().sealed_version(known.secret, known.version).await?;
        // Erased in the meantime: value and all.
        let Some(value) = value else { continue };
        let request = if known.in_bin {
            None
        } else {
            Some(asked(change, case, &known).await?)
        };
        rotations.push(Rotation {
            case: case.id,
            secret: known.secret,
            version: known.version,
            fingerprint: value.fingerprint,
            how: known.how(),
            risk: known.risk,
            owner: known.owner.filter(|owner| *owner != case.person),
            due_at: due(&known, change.now()),
            request,
            state: RotationState::Open,
            settled: None,
        });
    }
    let left = if rest.next().is_some() {
        Left::Some
    } else {
        Left::Nothing
    };
    change.db().insert_rotations(&rotations).await?;
    if !rotations.is_empty() {
        change.hint(Audience::Everyone, Hint::Sync);
    }
    Ok(left)
}

fn due(known: &Known, now: Timestamp) -> Timestamp {
    now.plus(DAY.saturating_mul(u32::try_from(known.risk.days()).unwrap_or(1)))
}

/// The values that they hold, the riskiest first.
async fn known(change: &mut Change, case: &Case) -> Result<Vec<Known>, Stop> {
    let (now, entitlements) = (change.now(), change.entitlements());
    let epoch = Epoch::of(change.db()).await?;
    let mut facts = Facts {
        reader: change.db(),
        epoch,
        entitlements: &entitlements,
        now,
    };
    Ok(facts.known_by(case.person).await?)
}

async fn queued(change: &mut Change, case: &Case) -> Result<BTreeSet<SecretId>, Stop> {
    let (mut queued, mut after) = (BTreeSet::new(), None);
    loop {
        let page = change.db().case_rotations(case.id, after, PAGE).await?;
        let full = page.len() >= PAGE as usize;
        after = page
            .last()
            .map(|rotation| (rotation.risk.number(), rotation.secret));
        queued.extend(page.into_iter().map(|rotation| rotation.secret));
        if !full {
            return Ok(queued);
        }
    }
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
