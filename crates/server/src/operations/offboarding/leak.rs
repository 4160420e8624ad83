//! Looking up a leaked value (`POST /v1/offboarding/leak`): the versions that had it, and everyone to whom it came (rule 38).
//!
//! The value comes sealed like a write and is forgotten with the call; of it, only its keyed fingerprint is compared. Each look-up
//! is an event, and one person has so many in an hour: a look-up tells whether a guess is right.

use super::{conducted, demanded, named::Names};
use crate::{
    app::{App, Shared},
    caller::{Caller, body::Json},
    http::Refusal,
    operations::{secrets::value::unseal, view::View},
    sequencer::{Change, Stop, job},
};
use axum::extract::State;
use claviger_crypto::{secret::SecretBytes, to_server::ToServer};
use claviger_ledger::leaf::{Fact, Object};
use claviger_model::{event::EventKind, ids::EventId, secret::MAX_VALUE_BYTES};
use claviger_protocol::{
    offboarding::leak::{LeakCall, LeakReply, LeakedVersion, MOST_HOLDINGS, MOST_IN_AN_HOUR, MOST_VERSIONS},
    problem::Code,
};
use claviger_storage::{Digest, log::LogFilter};
use std::time::Duration;

const KIND: EventKind = EventKind::LeakLookedUp;
const HOUR: Duration = Duration::from_secs(3600);
/// What AES-256-GCM adds to a value.
const TAG: usize = 16;

/// For those who may conduct offboarding.
pub async fn look_up(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<LeakCall>,
) -> Result<axum::Json<LeakReply>, Refusal> {
    if call.value.ciphertext.0.len() > MAX_VALUE_BYTES + TAG {
        return Err(Code::ValueTooLarge.into());
    }
    let binding = ToServer::Leak {
        organization: app.organization,
        device: caller.device,
        event: call.event,
    };
    let sealed = [
        call.value.encapsulated.0.as_slice(),
        call.value.ciphertext.0.as_slice(),
    ]
    .concat();
    let value = unseal(&app, &binding, &sealed).await?;
    let fingerprints = fingerprints(&app, &value);
    drop(value);
    let found = found(&app, &caller, &fingerprints).await?;
    let job = job::<LeakReply, _>(move |change| {
        Box::pin(async move { make(change, &caller, call.event, found).await })
    });
    app.sequencer.change(job).await.map(axum::Json)
}

/// Of the value as it is, and without the line break that pasting adds.
fn fingerprints(app: &App, value: &SecretBytes) -> Vec<Digest> {
    let keys = app.keys.now();
    let of = |value: &[u8]| *keys.fingerprints.fingerprint(app.organization, value).as_bytes();
    let whole = value.expose();
    let mut fingerprints = vec![of(whole)];
    let cut = whole.trim_ascii();
    if cut.len() != whole.len() {
        fingerprints.push(of(cut));
    }
    fingerprints
}

/// What is known of a value, read beside the lock and told under it; none for those who may not ask.
async fn found(app: &App, caller: &Caller, fingerprints: &[Digest]) -> Result<Option<LeakReply>, Refusal> {
    let Ok(mut view) = View::open(app, caller).await else {
        return Ok(None);
    };
    if conducted(&mut view).await.is_err() {
        return Ok(None);
    }
    // One more of each, which tells whether there are others.
    let limit = |most: usize| u32::try_from(most).unwrap_or(u32::MAX).saturating_add(1);
    let db = view.db();
    let mut versions = db
        .versions_with_fingerprint(fingerprints, limit(MOST_VERSIONS))
        .await?;
    let mut holdings = db.holdings_of(fingerprints, limit(MOST_HOLDINGS)).await?;
    let more = versions.len() > MOST_VERSIONS || holdings.len() > MOST_HOLDINGS;
    versions.truncate(MOST_VERSIONS);
    holdings.truncate(MOST_HOLDINGS);
    let mut names = Names::default();
    for version in &versions {
        names.secret(version.secret);
    }
    for holding in &holdings {
        names.holding(holding);
    }
    let told = names.read(db).await?;
    Ok(Some(LeakReply {
        versions: versions
            .into_iter()
            .map(|version| LeakedVersion {
                secret: version.secret,
                version: version.version,
                stage: version.stage,
                created_at: version.created_at,
            })
            .collect(),
        holdings,
        more,
        principals: told.principals,
        scopes: told.scopes,
        secrets: told.secrets,
        named_devices: told.devices,
    }))
}

async fn make(
    change: &mut Change,
    caller: &Caller,
    event: EventId,
    found: Option<LeakReply>,
) -> Result<LeakReply, Stop> {
    let acting = change.admit(caller, KIND).await?;
    let policies = demanded(change, &acting, KIND, Object::default()).await?;
    // Repeating a look-up would be one that is not counted.
    if change.db().event_by_id(event).await?.is_some() {
        return Err(Code::Conflict.into());
    }
    let filter = LogFilter {
        actor: Some(acting.who.principal),
        kinds: vec![KIND],
        from: Some(change.now().minus(HOUR)),
        ..LogFilter::default()
    };
    let most = u32::try_from(MOST_IN_AN_HOUR).unwrap_or(u32::MAX);
    let before = change.db().events_matching(&filter, None, most).await?;
    if before.len() >= MOST_IN_AN_HOUR {
        return Err(Refusal::new(Code::TooMany)
            .detail(format!(
                "one person looks up {MOST_IN_AN_HOUR} values in an hour at most"
            ))
            .into());
    }
    // Whoever came by the right only now asks again.
    let found = found.ok_or(Code::StalePlan)?;
    let count = i64::try_from(found.versions.len()).unwrap_or(i64::MAX);
    let event = change.event(acting.who, KIND).with_id(event);
    change.record(event.decided_by(policies).fact("found", Fact::Number(count)));
    Ok(found)
}
