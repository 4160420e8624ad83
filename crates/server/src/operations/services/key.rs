//! Making and ending keys of a service identity.

use super::{
    held::{self, Held},
    record,
};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    events::{Event, session_object},
    http::Refusal,
    operations::{path::Id, state::State as Asked, words},
    sequencer::{Acting, Change, Stop, job},
};
use axum::{extract::State, http::StatusCode};
use claviger_crypto::jwk::DevicePublicKey;
use claviger_ledger::leaf::{Fact, NAME, Object};
use claviger_model::{
    builtin_roles::POLICY_FILES,
    event::EventKind,
    grant::{Grant, MAX_REASON_BYTES},
    ids::{KeyId, PrincipalId},
    principal::PrincipalState,
    service::{KeyTerms, LIVE_KEYS},
};
use claviger_protocol::{
    problem::Code,
    services::{EndServiceKey, MakeServiceKey, ServiceReply},
};
use claviger_storage::{
    StorageError,
    services::{KeyEnded, ServiceKey},
    sessions::LogoutTarget,
};

/// Makes a key of its public half; a repeated call makes one.
pub async fn make(
    State(app): State<Shared>,
    Id(service): Id<PrincipalId>,
    caller: Caller,
    Json(call): Json<MakeServiceKey>,
) -> Result<axum::Json<ServiceReply>, Refusal> {
    let public: DevicePublicKey = serde_json::from_value(call.public_key.clone()).map_err(|error| {
        // The words name a member or a reason, never what stands in it.
        Refusal::new(Code::BadRequest).detail(format!("the public key is not usable: {error}"))
    })?;
    let job = job::<ServiceReply, _>(move |change| {
        Box::pin(async move { add(change, &caller, service, call, public).await })
    });
    app.sequencer.change(job).await.map(axum::Json)
}

async fn add(
    change: &mut Change,
    caller: &Caller,
    id: PrincipalId,
    call: MakeServiceKey,
    public: DevicePublicKey,
) -> Result<ServiceReply, Stop> {
    const KIND: EventKind = EventKind::ServiceKeyMade;
    let acting = change.admit(caller, KIND).await?;
    let held = held::known(change, &acting, KIND, id).await?;
    let object = Object {
        key: Some(call.id),
        ..held.object()
    };
    let event = change
        .event(acting.who, KIND)
        .on(object)
        .concerning(id)
        .decided_by(held.manages.policies());
    if !held.manages.decision.allowed {
        return Err(held.unmanaged(change, &acting, event).await?);
    }
    if let Err(refusal) = may_hold(change, &acting, &held).await? {
        let event = event.refused(refusal.code());
        return Err(Stop::Refused(refusal, Box::new(event)));
    }
    let (now, thumbprint) = (change.now(), *public.thumbprint().as_bytes());
    let terms = KeyTerms::new(now, call.ends_at, call.networks)
        .map_err(|error| Refusal::new(Code::BadRequest).detail(error.to_string()))?;
    if let Some(known) = change.db().service_key(call.id).await? {
        let same = known.service == id
            && known.jkt == thumbprint
            && known.name == call.name
            && known.networks == terms.networks
            && call.ends_at.is_none_or(|end| end == known.ends_at);
        return if same {
            record::reply(&mut Asked::locked(change, &acting).await?, id).await
        } else {
            Err(Code::Conflict.into())
        };
    }
    // A key that ended, or that is a computer's, never becomes one of a service.
    let known = change.db().service_key_by_jkt(&thumbprint).await?.is_some()
        || change.db().device_by_jkt(&thumbprint).await?.is_some();
    if known {
        return Err(change.refuse(event, Code::KeyKnown));
    }
    let keys = change.db().keys_of(&[id]).await?;
    if keys.iter().filter(|key| key.is_live(now)).count() >= LIVE_KEYS {
        return Err(change.refuse(event, Code::KeyLimit));
    }
    let key = ServiceKey {
        id: call.id,
        service: id,
        name: call.name,
        jkt: thumbprint,
        networks: terms.networks,
        made_by: acting.who.principal,
        made_at: now,
        ends_at: terms.ends_at,
        last_used_at: None,
        ended: None,
    };
    change.db().insert_service_key(&key).await?;
    let networks = i64::try_from(key.networks.len()).unwrap_or(i64::MAX);
    let event = event
        .fact("ends-at", Fact::Number(key.ends_at.millis()))
        .fact("networks", Fact::Number(networks))
        .commit(NAME, key.name.to_string(), Some(id));
    change.record(event);
    record::reply(&mut Asked::locked(change, &acting).await?, id).await
}

/// Whether the caller may hold a key of this service: somebody of the owning team, who gave it nothing.
async fn may_hold(change: &mut Change, acting: &Acting, held: &Held) -> Result<Result<(), Refusal>, Stop> {
    let separate = |words: &str| Ok(Err(Refusal::new(Code::SeparationOfDuties).detail(words)));
    if !held.answers {
        return separate("only somebody of the team that answers for the service makes its keys");
    }
    if held.row.state != PrincipalState::Active {
        return Ok(Err(
            Refusal::new(Code::WrongState).detail("the service is disabled")
        ));
    }
    let grants = {
        let mut state = Asked::locked(change, acting).await?;
        state.subject(&held.row).await?
    };
    if grants
        .grants
        .iter()
        .any(|grant| grant.granted_by == acting.who.principal)
    {
        return separate("you gave this service access; somebody else of its team makes its keys");
    }
    if approved(change, acting, &grants.grants).await? {
        return separate("you approved access of this service; somebody else of its team makes its keys");
    }
    for grant in grants.grants.iter().filter(|grant| grant.role == POLICY_FILES) {
        let delegation = change.db().file_delegation(grant.id).await?;
        if delegation.is_some_and(|delegation| delegation.approved_by == acting.who.principal) {
            return separate(
                "you approved what this service carries out; somebody else of its team makes its keys",
            );
        }
    }
    Ok(Ok(()))
}

/// Whether the caller is among those who approved any of this, be it not the last.
async fn approved(change: &mut Change, acting: &Acting, grants: &[Grant]) -> Result<bool, StorageError> {
    let given: Vec<_> = grants.iter().map(|grant| grant.id).collect();
    let asked = change.db().given_as(&given).await?;
    let asked: Vec<_> = asked.iter().map(|given| given.request).collect();
    let steps = change.db().steps_of(&asked).await?;
    Ok(steps.iter().any(|step| step.by == acting.who.principal))
}

/// Ends a key; the next call with a token of it is refused.
pub async fn end(
    State(app): State<Shared>,
    Id(key): Id<KeyId>,
    caller: Caller,
    Json(call): Json<EndServiceKey>,
) -> Result<StatusCode, Refusal> {
    let reason = words::checked(&call.reason, MAX_REASON_BYTES)?;
    let job = job::<(), _>(move |change| Box::pin(async move { take(change, &caller, key, reason).await }));
    app.sequencer.change(job).await.map(|()| StatusCode::NO_CONTENT)
}

const ENDED: EventKind = EventKind::ServiceKeyEnded;

async fn take(change: &mut Change, caller: &Caller, id: KeyId, reason: String) -> Result<(), Stop> {
    let acting = change.admit(caller, ENDED).await?;
    let Some(key) = change.db().service_key(id).await? else {
        return Err(change.unknown(&acting, ENDED, id));
    };
    let found = {
        let mut state = Asked::locked(change, &acting).await?;
        held::held(&mut state, key.service).await?
    };
    let Some(held) = found.filter(|held| held.seen) else {
        return Err(change.unknown(&acting, ENDED, id));
    };
    let event = ending(change, &acting, &key).decided_by(held.manages.policies());
    if !held.rights.end_keys {
        return Err(held.unmanaged(change, &acting, event).await?);
    }
    if !key.is_live(change.now()) {
        return Err(change.refuse(event, Code::WrongState));
    }
    finish(change, &acting, &key, event.because(reason)).await
}

/// Ends every live key of a service.
pub(super) async fn end_all(change: &mut Change, acting: &Acting, service: PrincipalId) -> Result<(), Stop> {
    let now = change.now();
    for key in change.db().keys_of(&[service]).await? {
        if key.is_live(now) {
            let event = ending(change, acting, &key);
            finish(change, acting, &key, event).await?;
        }
    }
    Ok(())
}

fn ending(change: &Change, acting: &Acting, key: &ServiceKey) -> Event {
    let object = Object {
        key: Some(key.id),
        principal: Some(key.service),
        ..Object::default()
    };
    change.event(acting.who, ENDED).on(object).concerning(key.service)
}

async fn finish(change: &mut Change, acting: &Acting, key: &ServiceKey, event: Event) -> Result<(), Stop> {
    let end = KeyEnded {
        at: change.now(),
        by: acting.who.principal,
    };
    change.db().end_service_key(key.id, end).await?;
    change.record(event);
    close(change, acting, LogoutTarget::Key(key.id)).await
}

/// Ends sessions, with an event for each.
pub(super) async fn close(change: &mut Change, acting: &Acting, target: LogoutTarget) -> Result<(), Stop> {
    let now = change.now();
    for session in change.db().end_sessions(&target, now).await? {
        let event = change
            .event(acting.who, EventKind::SessionEnded)
            .on(session_object(session.id, session.device))
            .concerning(session.principal);
        change.record(event);
        change.close_stream(session.id);
    }
    Ok(())
}
