//! `POST /v1/service-token`: a service identity's assertion, once, for a short-lived access token.
//!
//! The assertion is signed by the service's long-lived key and names the key of the DPoP proof, which the token is bound to: an
//! instance (one run of a job, one replica) can have a key of its own, and is a device here. There is no refresh token; the next
//! assertion extends the instance's session, as long as the key is good. Without the service's key, nothing that was
//! overheard is worth anything.

use super::{
    assertion::{self, Asserted},
    device::{self, Enrolled},
};
use crate::{
    app::{App, Shared},
    caller::{Json, KeyCaller, Lately},
    events::{Who, session_object},
    http::Refusal,
    sequencer::{Change, Stop, change::proof_use},
};
use axum::extract::State;
use claviger_crypto::{bytes::sha256, token::OpaqueToken};
use claviger_ledger::leaf::{Fact, Object};
use claviger_model::{
    event::EventKind,
    ids::{KeyId, SessionId},
    principal::{Nature, PrincipalState},
    service::{KeyTerms, admits},
    time::Timestamp,
};
use claviger_protocol::{
    problem::Code,
    route,
    services::{ServiceTokenCall, ServiceTokenReply},
    sign_in::DeviceDescription,
    wire::Token,
};
use claviger_storage::{
    principals::Principal,
    services::ServiceKey,
    sessions::{LogoutTarget, Session, SessionKey, SessionState},
    sign_in::ProofUse,
};

/// Stands where a person's session names the identity provider; no provider has this name.
const ISSUER: &str = "claviger-service-key";
const PLATFORM: &str = "service";
/// What a used assertion's id is hashed with, so that it is never mistaken for a proof's.
const ASSERTION: &[u8] = b"claviger-assertion-v1";

/// Refusals of known keys that were recorded lately: an event a minute for each key and code, the rest is counted (rule 15).
pub type KeyRefusals = Lately<(KeyId, Code)>;

/// Exchanges an assertion for a token.
pub async fn exchange(
    State(app): State<Shared>,
    caller: KeyCaller,
    Json(call): Json<ServiceTokenCall>,
) -> Result<axum::Json<ServiceTokenReply>, Refusal> {
    let address = caller.call.address;
    let outcome = attempt(&app, caller, call).await;
    if let Err(refusal) = &outcome
        && !refusal.is_recorded()
    {
        app.failures.count(refusal, address, app.clock.now());
    }
    outcome.map(axum::Json)
}

async fn attempt(
    app: &Shared,
    caller: KeyCaller,
    call: ServiceTokenCall,
) -> Result<ServiceTokenReply, Refusal> {
    let keys = app.keys.now();
    let expected = assertion::Expected {
        origin: app.origin.as_str(),
        path: route::SERVICE_TOKEN.path,
        jkt: caller.proof.jkt,
        now: app.clock.now(),
        nonces: &keys.nonces,
    };
    let asserted = assertion::verify(call.assertion.expose(), &expected)?;
    let instance = call.instance;
    app.sequencer
        .change({
            let app = app.clone();
            move |change| Box::pin(async move { settle(&app, change, caller, asserted, instance).await })
        })
        .await
}

async fn settle(
    app: &App,
    change: &mut Change,
    caller: KeyCaller,
    asserted: Asserted,
    instance: Option<String>,
) -> Result<ServiceTokenReply, Stop> {
    let now = change.now();
    if !change.db().use_proof(&proof_use(&caller.proof)).await? {
        return Err(Code::ProofReused.into());
    }
    let jkt = asserted.key.thumbprint();
    let found = change.db().service_key_by_jkt(jkt.as_bytes()).await?;
    let Some(key) = found.filter(|key| key.service == asserted.service) else {
        return Err(Refusal::new(Code::BadAssertion)
            .because("no service has this key")
            .into());
    };
    let mut who = Who {
        principal: key.service,
        service: true,
        session: None,
        device: None,
        call: caller.call.id,
        address: caller.call.address,
        device_time: None,
    };
    let used = ProofUse {
        jkt: key.jkt,
        jti: sha256(&[ASSERTION, asserted.jti.as_bytes()].concat()).to_vec(),
        expires_at: asserted.useless_at,
    };
    let row = if change.db().use_proof(&used).await? {
        admitted(change, &caller, &key, now).await?
    } else {
        Err(Refusal::new(Code::ProofReused))
    };
    let row = match row {
        Ok(row) => row,
        Err(refusal) => return Err(refused(app, change, who, &key, refusal)),
    };

    let description = DeviceDescription {
        name: instance.unwrap_or_else(|| key.name.to_string()),
        platform: PLATFORM.to_owned(),
        sealing_key: asserted.sealing_key.as_bytes().to_vec().into(),
    };
    let before = change.db().device_by_jkt(caller.proof.jkt.as_bytes()).await?;
    let same_sealing = before.is_some_and(|device| device.sealing_key == *asserted.sealing_key.as_bytes());
    let Enrolled { device, .. } =
        device::enrol(change, &caller, row.id, &description, asserted.sealing_key).await?;
    let known = change
        .db()
        .sessions_matching(&LogoutTarget::Device(device.id))
        .await?;
    let by_key = SessionKey {
        key: key.id,
        networks: key.networks.clone(),
    };
    let goes_on = |session: &Session| {
        same_sealing
            && session.state == SessionState::Active
            && session.by_key.as_ref() == Some(&by_key)
            && session.ends_at > now
    };
    let mut session = match known.into_iter().find(goes_on) {
        Some(session) => session,
        None => {
            // Those with another key or for another sealing key: nobody has their tokens any more.
            let ended = change
                .db()
                .end_sessions(&LogoutTarget::Device(device.id), now)
                .await?;
            for old in ended {
                change.close_stream(old.id);
            }
            begun(change, row.id, &key, &app.origin, device.id, by_key)
        }
    };
    let access = OpaqueToken::random(&*app.entropy);
    session.access_hash = *access.hash().as_bytes();
    session.ends_at = terms(&key).token_end(now);
    session.access_expires_at = session.ends_at;
    session.asserted_at = now;
    change.db().put_session(&session).await?;
    change.db().note_key_use(key.id, now).await?;
    (who.session, who.device) = (Some(session.id), Some(device.id));
    let object = Object {
        key: Some(key.id),
        ..session_object(session.id, device.id)
    };
    let event = change
        .event(who, EventKind::SignedIn)
        .on(object)
        .fact("ends-at", Fact::Number(session.ends_at.millis()));
    change.record(event);
    Ok(ServiceTokenReply {
        access: Token::new(access.to_text().expose().to_owned()),
        access_expires_at: session.access_expires_at,
        key_ends_at: key.ends_at,
        organization: change.organization(),
        principal: row.id,
        device: device.id,
        session: session.id,
    })
}

/// The service, if this key lets it in here and now.
async fn admitted(
    change: &mut Change,
    caller: &KeyCaller,
    key: &ServiceKey,
    now: Timestamp,
) -> Result<Result<Principal, Refusal>, Stop> {
    if !key.is_live(now) {
        return Ok(Err(Refusal::new(Code::KeyEnded)));
    }
    if !admits(&key.networks, caller.call.address) {
        return Ok(Err(Refusal::new(Code::WrongNetwork)));
    }
    let row = change
        .db()
        .principal(key.service)
        .await?
        .ok_or(Code::BadAssertion)?;
    if row.state != PrincipalState::Active {
        return Ok(Err(Refusal::new(Code::Disabled)));
    }
    // Whoever made a key may have its private half.
    let maker = change.db().principal(key.made_by).await?;
    if maker.is_none_or(|maker| maker.state != PrincipalState::Active) {
        return Ok(Err(Refusal::new(Code::Disabled)));
    }
    let Nature::Service { owner, .. } = row.nature else {
        return Ok(Err(Refusal::new(Code::BadAssertion)));
    };
    let owner = change.db().principal(owner).await?;
    if owner.is_none_or(|owner| owner.state != PrincipalState::Active) {
        return Ok(Err(
            Refusal::new(Code::Disabled).detail("the team that answers for this service is disabled")
        ));
    }
    Ok(Ok(row))
}

/// An event, unless one like it was recorded just now.
fn refused(app: &App, change: &Change, who: Who, key: &ServiceKey, refusal: Refusal) -> Stop {
    let code = refusal.code();
    if !app.key_refusals.is_first((key.id, code)) {
        return refusal.into();
    }
    let kind = match code {
        Code::ProofReused => EventKind::ReplayDetected,
        _ => EventKind::SignedIn,
    };
    let object = Object {
        key: Some(key.id),
        ..Object::default()
    };
    let event = change.event(who, kind).on(object).refused(code);
    Stop::Refused(refusal, Box::new(event))
}

fn terms(key: &ServiceKey) -> KeyTerms {
    KeyTerms {
        networks: key.networks.clone(),
        ends_at: key.ends_at,
    }
}

fn begun(
    change: &Change,
    service: claviger_model::ids::PrincipalId,
    key: &ServiceKey,
    origin: &crate::config::Origin,
    device: claviger_model::ids::DeviceId,
    by_key: SessionKey,
) -> Session {
    let now = change.now();
    Session {
        id: SessionId::random(&*change.entropy()),
        principal: service,
        device,
        refresh_n: 0,
        refresh_used: false,
        issuer: ISSUER.to_owned(),
        subject: key.id.to_string(),
        audience: origin.as_str().to_owned(),
        sid: None,
        acr: None,
        amr: Vec::new(),
        auth_time: None,
        nonce: String::new(),
        access_hash: [0; 32],
        access_expires_at: now,
        created_at: now,
        ends_at: now,
        asserted_at: now,
        state: SessionState::Active,
        ended_at: None,
        by_key: Some(by_key),
    }
}
