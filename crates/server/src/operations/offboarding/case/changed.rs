//! What becomes of rotations when a value changes: settled, opened again, or without anything left that could change.

use super::{label, of_case, settle, steps::rotations as queue};
use crate::{
    entitlement::Epoch,
    operations::{offboarding::facts::Facts, requests::give::object},
    sequencer::{Change, Stop},
};
use claviger_ledger::leaf::Object;
use claviger_model::{
    event::EventKind,
    ids::{PrincipalId, SecretId},
    offboarding::{Case, Rotation, RotationState, Settled},
};
use claviger_storage::{
    Digest,
    requests::{Answer, RequestState},
};

/// A secret has another version: the rotations are settled of those who do not hold this value too, and the requests for them are
/// fulfilled; for those who hold it although it was changed before, they are opened again.
///
/// # Errors
/// When the tables cannot be read or written.
pub async fn value_changed(
    change: &mut Change,
    by: PrincipalId,
    secret: SecretId,
    (version, fingerprint): (u64, Digest),
) -> Result<(), Stop> {
    let now = change.now();
    let mut cases = Vec::new();
    let holding = change.db().cases_holding(&fingerprint).await?;
    for rotation in change.db().open_rotations_of(secret).await? {
        if rotation.fingerprint == fingerprint || holding.iter().any(|case| case.id == rotation.case) {
            continue;
        }
        let settled = Settled {
            at: now,
            by: Some(by),
            version: Some(version),
            words: None,
        };
        change
            .db()
            .settle_rotation(rotation.case, secret, RotationState::Changed, &settled)
            .await?;
        told(change, &rotation, "changed").await?;
        cases.push(rotation.case);
        answered(change, &rotation, by, version).await?;
    }
    for case in holding {
        held_again(change, &case, secret).await?;
    }
    settle::all(change, cases).await
}

/// A secret has a value again, or now too, that somebody holds who has left.
async fn held_again(change: &mut Change, case: &Case, secret: SecretId) -> Result<(), Stop> {
    let before = change.db().case_rotation(case.id, secret).await?;
    let settled = before
        .as_ref()
        .is_some_and(|rotation| rotation.state != RotationState::Changed);
    if settled {
        // Open as it is, or accepted by an Owner.
        return Ok(());
    }
    let (now, entitlements) = (change.now(), change.entitlements());
    let epoch = Epoch::of(change.db()).await?;
    let mut facts = Facts {
        reader: change.db(),
        epoch,
        entitlements: &entitlements,
        now,
    };
    let Some(known) = facts.known_of(secret, case.person).await? else {
        return Ok(());
    };
    if before.is_none() {
        return queue::queue(change, case, vec![known]).await;
    }
    let Some(rotation) = queue::rotation(change, case, &known).await? else {
        return Ok(());
    };
    if change.db().open_rotation_again(&rotation).await? {
        told(change, &rotation, "open").await?;
    }
    Ok(())
}

/// A secret was erased, value and all: there is nothing left that could be changed.
///
/// # Errors
/// When the tables cannot be read or written.
pub async fn erased(change: &mut Change, secret: SecretId) -> Result<(), Stop> {
    let mut cases = Vec::new();
    for rotation in change.db().open_rotations_of(secret).await? {
        let settled = Settled {
            at: change.now(),
            by: None,
            version: None,
            words: None,
        };
        change
            .db()
            .settle_rotation(rotation.case, secret, RotationState::Gone, &settled)
            .await?;
        told(change, &rotation, "gone").await?;
        cases.push(rotation.case);
    }
    settle::all(change, cases).await
}

/// Answers the request of a rotation with the version that settled it, if it still waits.
async fn answered(
    change: &mut Change,
    rotation: &Rotation,
    by: PrincipalId,
    version: u64,
) -> Result<(), Stop> {
    let request = match rotation.request {
        Some(request) => change.db().request(request).await?,
        None => None,
    };
    let Some(request) = request.filter(|request| request.state == RequestState::Open) else {
        return Ok(());
    };
    let answer = Answer {
        by,
        at: change.now(),
        word: String::new(),
        version: Some(version),
    };
    change
        .db()
        .answer_request(request.id, RequestState::Done, &answer)
        .await?;
    let event = change
        .own_event(EventKind::RequestAnswered)
        .on(object(&request))
        .concerning(request.asked_by);
    change.record(label(event, "state", "done"));
    Ok(())
}

/// The event of a rotation that stands otherwise now.
async fn told(change: &mut Change, rotation: &Rotation, state: &str) -> Result<(), Stop> {
    let Some(case) = change.db().case(rotation.case).await? else {
        return Ok(());
    };
    let event = change.own_event(EventKind::OffboardingRotationSettled);
    let object = Object {
        secret: Some(rotation.secret),
        version: Some(rotation.version),
        ..Object::default()
    };
    change.record(label(of_case(event, &case), "state", state).on(object));
    Ok(())
}
