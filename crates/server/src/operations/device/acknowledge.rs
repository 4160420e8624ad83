//! Acknowledgements: a device's signed word that it has destroyed what an order names (`POST …/acknowledgements`).

use super::clone::{self, Seen};
use crate::{
    app::Shared,
    caller::{DeviceCaller, body::Json},
    events::Who,
    http::Refusal,
    sequencer::{Change, Stop, job},
};
use axum::{extract::State, http::StatusCode};
use claviger_crypto::bytes::{constant_time_eq, sha256};
use claviger_ledger::leaf::{Fact, Object};
use claviger_model::{
    event::EventKind,
    ids::{EventId, ScopeId, SecretId},
};
use claviger_protocol::{
    device::AcknowledgementsCall,
    order::{Acknowledgement, Target},
    problem::Code,
    signed::{Signed, parse},
};
use claviger_storage::{
    orders::{Acknowledged, Order},
    releases::Release,
    sessions::{Device, DeviceState},
};
use std::collections::{BTreeMap, BTreeSet};

const KIND: EventKind = EventKind::OrderAcknowledged;
/// The most acknowledgements of one call.
const MOST: usize = 200;
const LEASES: u32 = 50_000;
const PAGE: u32 = 1_000;

/// Notes acknowledgements; repeated ones do nothing.
pub async fn acknowledge(
    State(app): State<Shared>,
    caller: DeviceCaller,
    Json(call): Json<AcknowledgementsCall>,
) -> Result<StatusCode, Refusal> {
    if call.acknowledgements.len() > MOST {
        return Err(
            Refusal::new(Code::BadRequest).detail(format!("a call has {MOST} acknowledgements at most"))
        );
    }
    let mut told = Vec::with_capacity(call.acknowledgements.len());
    for signed in call.acknowledgements {
        told.push((read(&caller, &signed)?, signed));
    }
    let job = job::<bool, _>(move |change| {
        Box::pin(async move {
            let (who, device) = change.admit_device(&caller, KIND).await?;
            if told
                .iter()
                .any(|(word, _)| clone::compare(&device, word.cache_generation, None) == Seen::RolledBack)
            {
                clone::end(change, &device).await?;
                return Ok(false);
            }
            for (word, signed) in &told {
                note(change, who, &device, word, signed).await?;
            }
            Ok(true)
        })
    });
    if app.sequencer.change(job).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Code::CacheRolledBack.into())
    }
}

/// An acknowledgement that this device has signed.
fn read(caller: &DeviceCaller, signed: &Signed) -> Result<Acknowledgement, Refusal> {
    let bad = |error: Box<dyn std::error::Error + Send + Sync>| {
        Refusal::new(Code::BadRequest)
            .detail("an acknowledgement is not signed by this device")
            .because(error)
    };
    caller
        .key
        .verify(&signed.body.0, &signed.signature.0)
        .map_err(|error| bad(Box::new(error)))?;
    let word: Acknowledgement = parse(&signed.body.0).map_err(|error| bad(Box::new(error)))?;
    if word.device == caller.device {
        Ok(word)
    } else {
        Err(bad("it names another device".into()))
    }
}

async fn note(
    change: &mut Change,
    who: Who,
    device: &Device,
    word: &Acknowledgement,
    signed: &Signed,
) -> Result<(), Stop> {
    let order = change
        .db()
        .order(word.order)
        .await?
        .filter(|order| order.device == device.id);
    let Some(order) = order else {
        return Err(Code::NotFound.into());
    };
    let given: Signed = serde_json::from_slice(&order.signed).map_err(Refusal::internal)?;
    let fits = constant_time_eq(&sha256(&given.body.0), &word.order_sha256.0);
    if !fits || word.organization != change.organization() {
        return Err(Refusal::new(Code::BadRequest)
            .detail("an acknowledgement is not for this order")
            .into());
    }
    let now = change.now();
    let signed = serde_json::to_vec(signed).map_err(Refusal::internal)?;
    if !change
        .db()
        .acknowledge_order(order.id, &Acknowledged { at: now, signed })
        .await?
    {
        return Ok(());
    }
    let targets: Vec<Target> = serde_json::from_value(order.targets.clone()).map_err(Refusal::internal)?;
    end_leases(change, device, &order, &targets).await?;
    if targets.contains(&Target::Everything) && device.state == DeviceState::Ending {
        change
            .db()
            .set_device_state(device.id, DeviceState::Ending, DeviceState::Ended)
            .await?;
    }
    let number = |number: u64| Fact::Number(i64::try_from(number).unwrap_or(i64::MAX));
    let object = Object {
        order: Some(order.id),
        device: Some(device.id),
        ..Object::default()
    };
    let event = change
        .event(who, KIND)
        .on(object)
        .fact("cache-generation", number(word.cache_generation));
    let told_at = who.device_time.unwrap_or(now);
    change.record(
        event
            .fact("journal-seq", number(word.journal_seq))
            .reported(told_at),
    );
    doubt(change, who, device, word).await
}

/// A device that says less, or something else, than it sent of its journal before.
async fn doubt(change: &mut Change, who: Who, device: &Device, word: &Acknowledgement) -> Result<(), Stop> {
    let same = device
        .journal_head
        .is_none_or(|head| constant_time_eq(&head, &word.journal_hash.0));
    if word.journal_seq > device.journal_seq || (word.journal_seq == device.journal_seq && same) {
        return Ok(());
    }
    let object = Object {
        device: Some(device.id),
        order: Some(word.order),
        ..Object::default()
    };
    let event = change.event(who, EventKind::JournalDoubted).on(object);
    change.record(event);
    Ok(())
}

/// Notes that the leases which an order names are no more.
async fn end_leases(
    change: &mut Change,
    device: &Device,
    order: &Order,
    targets: &[Target],
) -> Result<(), Stop> {
    let now = change.now();
    // A lease that was issued after the order is not meant by it.
    let mut held = change.db().leases_on(device.id, now, LEASES).await?;
    held.retain(|lease| lease.issued_at <= order.issued_at);
    let secrets: BTreeSet<SecretId> = held.iter().map(|lease| lease.secret).collect();
    let scopes = scopes_of(change, &secrets).await?;
    let mut below = BTreeSet::new();
    for target in targets {
        if let Target::Scope { scope, .. } = target {
            below.extend(subtree(change, *scope).await?);
        }
    }
    let named = |lease: &&Release| {
        targets.iter().any(|target| match target {
            Target::Everything => true,
            Target::Secret { secret, .. } => *secret == lease.secret,
            Target::Scope { .. } => scopes
                .get(&lease.secret)
                .is_some_and(|scope| below.contains(scope)),
        })
    };
    let ended: Vec<EventId> = held.iter().filter(named).map(|lease| lease.event).collect();
    if !ended.is_empty() {
        change.db().end_releases(device.id, &ended, now).await?;
    }
    Ok(())
}

async fn scopes_of(
    change: &mut Change,
    secrets: &BTreeSet<SecretId>,
) -> Result<BTreeMap<SecretId, ScopeId>, Stop> {
    if secrets.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found = change
        .db()
        .secrets(&secrets.iter().copied().collect::<Vec<_>>())
        .await?;
    Ok(found
        .into_iter()
        .map(|secret| (secret.id, secret.scope))
        .collect())
}

async fn subtree(change: &mut Change, top: ScopeId) -> Result<Vec<ScopeId>, Stop> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = change.db().scopes_under(&[top], after, PAGE).await?;
        let full = page.len() >= PAGE as usize;
        after = page.last().map(|scope| scope.id);
        found.extend(page.into_iter().map(|scope| scope.id));
        if !full {
            return Ok(found);
        }
    }
}
