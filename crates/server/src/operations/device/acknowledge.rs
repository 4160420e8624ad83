//! Acknowledgements: a device's signed word that it has destroyed what an order names (`POST …/acknowledgements`).
//!
//! A device sends what it has not seen confirmed, all of it at once, and forgets it when the call succeeds. So each is taken
//! by itself: what fits no order is counted in one event, and keeps nothing else from being noted.

use super::{clone, destroyed::end_leases};
use crate::{
    app::Shared,
    caller::{DeviceCaller, body::Json},
    events::Who,
    http::Refusal,
    operations::offboarding::case::settle,
    sequencer::{Change, Stop, job},
};
use axum::{extract::State, http::StatusCode};
use claviger_crypto::bytes::{constant_time_eq, sha256};
use claviger_ledger::leaf::{Fact, Object};
use claviger_model::event::EventKind;
use claviger_protocol::{
    device::AcknowledgementsCall,
    order::{Acknowledgement, Target},
    problem::Code,
    signed::{Signed, parse},
};
use claviger_storage::{
    orders::{Acknowledged, Order},
    sessions::{Device, DeviceState},
};

const KIND: EventKind = EventKind::OrderAcknowledged;
/// The most acknowledgements of one call.
const MOST: usize = 200;

/// What an acknowledgement is to this server.
enum Word {
    /// New, for this order.
    Fits(Box<Order>),
    /// Noted before.
    Repeated,
    /// For no order of this device.
    Stray,
    /// A copy of the device says it.
    OfACopy,
}

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
    let mut strays: i64 = 0;
    for signed in call.acknowledgements {
        match read(&caller, &signed) {
            Some(word) => told.push((word, signed)),
            None => strays += 1,
        }
    }
    let job = job::<bool, _>(move |change| {
        Box::pin(async move {
            let (who, device) = change.admit_device(&caller, KIND).await?;
            let mut fitting = Vec::new();
            for (word, signed) in &told {
                match judge(change, &device, word).await? {
                    Word::Fits(order) => fitting.push((order, word, signed)),
                    Word::Repeated => {}
                    Word::Stray => strays += 1,
                    Word::OfACopy => {
                        clone::end(change, &device).await?;
                        return Ok(false);
                    }
                }
            }
            for (order, word, signed) in fitting {
                note(change, who, &device, *order, word, signed).await?;
            }
            if strays > 0 {
                let object = Object {
                    device: Some(device.id),
                    ..Object::default()
                };
                let event = change.event(who, KIND).on(object).refused(Code::NotFound);
                change.record(event.fact("count", Fact::Number(strays)));
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
fn read(caller: &DeviceCaller, signed: &Signed) -> Option<Acknowledgement> {
    caller.key.verify(&signed.body.0, &signed.signature.0).ok()?;
    let word: Acknowledgement = parse(&signed.body.0).ok()?;
    (word.device == caller.device).then_some(word)
}

/// What an acknowledgement is, and whether a copy of the device says it.
///
/// It tells the generation at which the order was carried out, and may arrive long after: the device has gone on and said
/// so meanwhile, so that a lower generation than the last one is no sign of a copy. But the order was carried out after it
/// was issued, so a generation below the one that was known then, or below the one of a first acknowledgement of the same
/// order, belongs to an older file (rule 24); if it counted, the copy's word would close the order for both (rule 26).
async fn judge(change: &mut Change, device: &Device, word: &Acknowledgement) -> Result<Word, Stop> {
    let order = change.db().order(word.order).await?;
    let Some(order) = order.filter(|order| order.device == device.id) else {
        return Ok(Word::Stray);
    };
    let given: Signed = serde_json::from_slice(&order.signed).map_err(Refusal::internal)?;
    let fits = constant_time_eq(&sha256(&given.body.0), &word.order_sha256.0);
    if !fits || word.organization != change.organization() {
        return Ok(Word::Stray);
    }
    let Some(first) = &order.acknowledged else {
        return Ok(if word.cache_generation < order.known_generation {
            Word::OfACopy
        } else {
            Word::Fits(Box::new(order))
        });
    };
    let first: Signed = serde_json::from_slice(&first.signed).map_err(Refusal::internal)?;
    let first: Acknowledgement = parse(&first.body.0).map_err(Refusal::internal)?;
    Ok(if word.cache_generation < first.cache_generation {
        Word::OfACopy
    } else {
        Word::Repeated
    })
}

async fn note(
    change: &mut Change,
    who: Who,
    device: &Device,
    order: Order,
    word: &Acknowledgement,
    signed: &Signed,
) -> Result<(), Stop> {
    let now = change.now();
    let signed = serde_json::to_vec(signed).map_err(Refusal::internal)?;
    // Twice in one call.
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
        settle::device_ended(change, device.id).await?;
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
    doubt(change, who, device, &order, word).await
}

/// A device that says less of its journal than was known when the order was issued, or something else than it sent.
async fn doubt(
    change: &mut Change,
    who: Who,
    device: &Device,
    order: &Order,
    word: &Acknowledgement,
) -> Result<(), Stop> {
    let less = word.journal_seq < order.known_journal_seq;
    let other = match word.journal_seq.checked_sub(1) {
        Some(before) => {
            let sent = change.db().journal(device.id, before, 1).await?;
            sent.first().is_some_and(|sent| {
                sent.seq == word.journal_seq && !constant_time_eq(&sent.hash, &word.journal_hash.0)
            })
        }
        None => false,
    };
    if !less && !other {
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
