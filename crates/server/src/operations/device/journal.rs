//! The journal of offline reads (`POST /v1/device/journal`, rule 25). What it says is the device's word: its leaves are
//! marked so, and what does not fit is recorded as doubted, never silently dropped.

use crate::{
    app::{App, Shared},
    caller::{DeviceCaller, body::Json},
    events::Who,
    http::Refusal,
    operations::secrets::value::unseal,
    sequencer::{Change, Stop, job},
};
use axum::extract::State;
use claviger_crypto::{
    bytes::{constant_time_eq, sha256},
    to_server::ToServer,
};
use claviger_ledger::{
    label::Label,
    leaf::{Fact, NAME, Object},
};
use claviger_model::event::EventKind;
use claviger_protocol::{
    journal::{JournalBatch, JournalCall, JournalEntry, JournalReply},
    problem::Code,
    signed::{Signed, parse},
};
use claviger_storage::{
    holdings::OfflineRead,
    journal::{JournalEntry as Row, JournalOutcome},
    sessions::Device,
};
use std::time::Duration;

const KIND: EventKind = EventKind::SecretReadOffline;
/// The most entries of one call; more are sent in several.
const MOST: usize = 500;
/// How far a device's clock may be off before a read counts as after its lease.
const SLACK: Duration = Duration::from_secs(120);

/// The year 9999, in milliseconds.
const LATEST: i64 = 253_402_300_799_999;

/// An entry whose signature holds.
struct Told {
    entry: JournalEntry,
    hash: [u8; 32],
    signed: Vec<u8>,
}

/// Takes in entries; those that are known already do nothing.
pub async fn journal(
    State(app): State<Shared>,
    caller: DeviceCaller,
    Json(call): Json<JournalCall>,
) -> Result<axum::Json<JournalReply>, Refusal> {
    let told = open(&app, &caller, &call).await?;
    let job = job::<(u64, bool), _>(move |change| {
        Box::pin(async move {
            let (who, device) = change.admit_device(&caller, KIND).await?;
            let whole = take(change, who, &device, &told).await?;
            let seq = change
                .db()
                .device(device.id)
                .await?
                .map_or(0, |device| device.journal_seq);
            Ok((seq, whole))
        })
    });
    let (seq, whole) = app.sequencer.change(job).await?;
    if whole {
        Ok(axum::Json(JournalReply { seq }))
    } else {
        Err(Code::JournalConflict.into())
    }
}

/// Opens the seal, and checks every signature and that the entries follow one another.
async fn open(app: &App, caller: &DeviceCaller, call: &JournalCall) -> Result<Vec<Told>, Refusal> {
    let bad = |words: &'static str| Refusal::new(Code::BadRequest).detail(words);
    let binding = ToServer::Journal {
        organization: app.organization,
        device: caller.device,
        seq: call.first,
    };
    let sealed = [
        call.sealed.encapsulated.0.as_slice(),
        call.sealed.ciphertext.0.as_slice(),
    ]
    .concat();
    let plain = unseal(app, &binding, &sealed).await?;
    let batch: JournalBatch =
        serde_json::from_slice(plain.expose()).map_err(|_| bad("the journal does not parse"))?;
    if batch.is_empty() || batch.len() > MOST || call.first == 0 {
        return Err(bad("a call has 1 to 500 entries, from number 1 on"));
    }
    let mut told: Vec<Told> = Vec::with_capacity(batch.len());
    for (seq, signed) in (call.first..).zip(&batch) {
        let one = read(caller, signed)?;
        let follows = told
            .last()
            .is_none_or(|last| constant_time_eq(&last.hash, &one.entry.prev.0));
        let here = one.entry.organization == app.organization && one.entry.device == caller.device;
        if one.entry.seq != seq || !follows || !here {
            return Err(bad("the entries do not follow one another"));
        }
        told.push(one);
    }
    Ok(told)
}

fn read(caller: &DeviceCaller, signed: &Signed) -> Result<Told, Refusal> {
    let bad = || Refusal::new(Code::BadRequest).detail("an entry is not signed by this device");
    caller
        .key
        .verify(&signed.body.0, &signed.signature.0)
        .map_err(|_| bad())?;
    let entry: JournalEntry = parse(&signed.body.0).map_err(|_| bad())?;
    // A leaf can hold no other times.
    if !(0..=LATEST).contains(&entry.at.millis()) {
        return Err(bad());
    }
    let hash = sha256(&signed.body.0);
    Ok(Told {
        entry,
        hash,
        signed: serde_json::to_vec(signed).map_err(Refusal::internal)?,
    })
}

/// Stores entries and records what is new; false when one contradicts what was sent before.
async fn take(change: &mut Change, who: Who, device: &Device, told: &[Told]) -> Result<bool, Stop> {
    let now = change.now();
    let row = |told: &Told| Row {
        device: device.id,
        seq: told.entry.seq,
        hash: told.hash,
        body: told.signed.clone(),
        received_at: now,
    };
    let rows: Vec<_> = told.iter().map(row).collect();
    let outcomes = change.db().put_journal(&rows).await?;
    if let Some(first) = told.first() {
        continuity(change, who, device, &first.entry, outcomes.first());
    }
    let mut whole = true;
    for (told, outcome) in told.iter().zip(outcomes) {
        match outcome {
            JournalOutcome::Known => {}
            JournalOutcome::New => record(change, who, device, told).await?,
            JournalOutcome::Contradicts => {
                whole = false;
                doubt(change, who, &told.entry, "contradiction");
            }
        }
    }
    Ok(whole)
}

/// Whether new entries go on where the journal stood.
fn continuity(
    change: &mut Change,
    who: Who,
    device: &Device,
    first: &JournalEntry,
    outcome: Option<&JournalOutcome>,
) {
    if outcome != Some(&JournalOutcome::New) {
        return;
    }
    if first.seq > device.journal_seq.saturating_add(1) {
        doubt(change, who, first, "gap");
        return;
    }
    let head = device.journal_head.map_or(Vec::new(), |head| head.to_vec());
    if first.seq == device.journal_seq.saturating_add(1) && !constant_time_eq(&head, &first.prev.0) {
        doubt(change, who, first, "chain");
    }
}

async fn record(change: &mut Change, who: Who, device: &Device, told: &Told) -> Result<(), Stop> {
    let entry = &told.entry;
    let lease = change.db().release(entry.lease).await?.filter(|lease| {
        lease.device == device.id && lease.secret == entry.secret && lease.version == entry.version
    });
    let Some(lease) = lease else {
        doubt(change, who, entry, "no-such-lease");
        return Ok(());
    };
    let leaf = change.db().event_by_id(entry.lease).await?;
    if leaf.is_none_or(|leaf| !constant_time_eq(&leaf.leaf_hash, &entry.lease_leaf.0)) {
        doubt(change, who, entry, "other-lease");
    }
    let end = lease
        .issued_at
        .plus(Duration::from_millis(lease.max_age_ms))
        .plus(SLACK);
    if entry.at > end || entry.at.plus(SLACK) < lease.issued_at {
        doubt(change, who, entry, "outside-lease");
    }
    let read = OfflineRead {
        principal: lease.principal,
        device: device.id,
        secret: entry.secret,
        version: entry.version,
        event: lease.event,
        at: entry.at,
    };
    change.db().note_offline_read(&read).await?;
    let secret = change.db().secret(entry.secret).await?;
    let mut path = None;
    let mut scope = None;
    if let Some(secret) = secret {
        scope = Some(secret.scope);
        path = change
            .place(secret.scope)
            .await?
            .map(|place| place.path_of(&secret.description.name));
    }
    let object = Object {
        secret: Some(entry.secret),
        version: Some(entry.version),
        scope,
        event: Some(entry.lease),
        ..Object::default()
    };
    let mut event = change
        .event(who, KIND)
        .on(object)
        .reported(entry.at)
        .fact("seq", number(entry.seq));
    if let Ok(purpose) = Label::new(purpose(entry.purpose)) {
        event = event.fact("purpose", Fact::Label(purpose));
    }
    if let Some(path) = path {
        event = event.commit(NAME, path, None);
    }
    change.record(event);
    Ok(())
}

fn doubt(change: &mut Change, who: Who, entry: &JournalEntry, why: &str) {
    let object = Object {
        device: Some(entry.device),
        ..Object::default()
    };
    let event = change
        .event(who, EventKind::JournalDoubted)
        .on(object)
        .reported(entry.at);
    let event = event.fact("seq", number(entry.seq));
    change.record(match Label::new(why) {
        Ok(why) => event.fact("why", Fact::Label(why)),
        Err(_) => event,
    });
}

fn number(number: u64) -> Fact {
    Fact::Number(i64::try_from(number).unwrap_or(i64::MAX))
}

const fn purpose(purpose: claviger_protocol::release::Purpose) -> &'static str {
    use claviger_protocol::release::Purpose;
    match purpose {
        Purpose::Use => "use",
        Purpose::Copy => "copy",
        Purpose::Reveal => "reveal",
        Purpose::Lease => "lease",
    }
}
