//! `POST /v1/sign-in`: an ID token that is bound to this device and this server, once, for tokens of ours (rule 1).

use super::{
    bootstrap,
    device::{self, Enrolled},
    person::{self, Found},
    provider::Asserted,
    teams, tokens,
};
use crate::{
    app::{App, Shared},
    caller::{Json, KeyCaller},
    events::{Who, session_object},
    http::Refusal,
    sequencer::{Change, Stop, change::proof_use},
};
use axum::extract::State;
use claviger_crypto::{
    bytes::sha256,
    challenge::{Challenge, SignInNonce},
    sealing::SealingPublicKey,
};
use claviger_ledger::leaf::{NAME, Object};
use claviger_model::{event::EventKind, ids::SessionId, principal::PrincipalState};
use claviger_protocol::{
    problem::Code,
    sign_in::{SignIn, SignedIn},
};
use claviger_storage::sessions::{LogoutTarget, Session, SessionState};

/// A call whose every part was checked, save for what counts once.
struct Checked {
    caller: KeyCaller,
    call: SignIn,
    challenge: Challenge,
    sealing_key: SealingPublicKey,
    asserted: Asserted,
    nonce: String,
}

/// What was committed.
struct Done {
    reply: SignedIn,
    ended: Vec<SessionId>,
}

/// Exchanges an ID token for a session.
pub async fn sign_in(
    State(app): State<Shared>,
    caller: KeyCaller,
    Json(call): Json<SignIn>,
) -> Result<axum::Json<SignedIn>, Refusal> {
    let address = caller.call.address;
    let outcome = exchange(&app, caller, call).await;
    if let Err(refusal) = &outcome {
        app.failures.count(refusal, address, app.clock.now());
    }
    outcome.map(axum::Json)
}

async fn exchange(app: &Shared, caller: KeyCaller, call: SignIn) -> Result<SignedIn, Refusal> {
    let checked = check(app, caller, call).await?;
    let done = app
        .sequencer
        .change({
            let app = app.clone();
            move |change| Box::pin(async move { settle(&app, change, checked).await })
        })
        .await?;
    for session in done.ended {
        app.hints.end_session(session);
    }
    Ok(done.reply)
}

async fn check(app: &App, caller: KeyCaller, call: SignIn) -> Result<Checked, Refusal> {
    let challenge = call
        .challenge
        .array()
        .map(Challenge::from_bytes)
        .ok_or(Code::BadChallenge)?;
    let sealing_key = SealingPublicKey::from_bytes(&call.device.sealing_key.0).map_err(|error| {
        Refusal::new(Code::BadRequest)
            .detail("the device's sealing key is not usable")
            .because(error)
    })?;
    let asserted = app.provider.verify(call.id_token.expose()).await?;
    let expected = SignInNonce::derive(app.origin.as_str(), &challenge, &caller.proof.jkt, &sealing_key);
    let nonce = asserted
        .nonce
        .clone()
        .filter(|nonce| expected.matches(nonce))
        .ok_or_else(|| {
            Refusal::new(Code::BadIdToken).because("the nonce is of another challenge, device, key or server")
        })?;
    Ok(Checked {
        caller,
        call,
        challenge,
        sealing_key,
        asserted,
        nonce,
    })
}

async fn settle(app: &App, change: &mut Change, checked: Checked) -> Result<Done, Stop> {
    let now = change.now();
    let Checked {
        caller,
        call,
        challenge,
        sealing_key,
        asserted,
        nonce,
    } = checked;
    use_up(change, &caller, &challenge, &asserted).await?;

    let Found { principal, new } = person::find_or_make(change, &asserted).await?;
    let mut who = Who {
        principal: principal.id,
        service: false,
        session: None,
        device: None,
        call: caller.call.id,
        address: caller.call.address,
        device_time: None,
    };
    if principal.state != PrincipalState::Active {
        return Err(change.refuse(change.event(who, EventKind::SignedIn), Code::Disabled));
    }
    let Enrolled {
        device,
        new: enrolled,
    } = device::enrol(change, &caller, principal.id, &call.device, sealing_key).await?;
    // One session a device: the older one's tokens are on the same disk and serve nobody.
    let ended = change
        .db()
        .end_sessions(&LogoutTarget::Device(device.id), now)
        .await?;
    let mut session = Session {
        id: SessionId::random(&*change.entropy()),
        principal: principal.id,
        device: device.id,
        refresh_n: 1,
        refresh_used: false,
        issuer: asserted.issuer.clone(),
        subject: asserted.subject.clone(),
        audience: asserted.audience.clone(),
        sid: asserted.sid.clone(),
        acr: asserted.acr.clone(),
        amr: asserted.amr.clone(),
        auth_time: asserted.auth_time,
        nonce,
        access_hash: [0; 32],
        access_expires_at: now,
        created_at: now,
        ends_at: now.plus(tokens::SESSION),
        asserted_at: now,
        state: SessionState::Active,
        ended_at: None,
        by_key: None,
    };
    let tokens = tokens::renew(app, &mut session, now);
    change.db().put_session(&session).await?;
    (who.session, who.device) = (Some(session.id), Some(device.id));

    let person_only = Object {
        principal: Some(principal.id),
        ..Object::default()
    };
    if new {
        let event = change.event(who, EventKind::PrincipalCreated).on(person_only);
        change.record(event.commit(NAME, principal.name.to_string(), Some(principal.id)));
    }
    if enrolled {
        let object = Object {
            device: Some(device.id),
            ..Object::default()
        };
        let event = change.event(who, EventKind::DeviceEnrolled).on(object);
        change.record(event.commit(NAME, device.name.to_string(), Some(principal.id)));
    }
    for old in &ended {
        let object = session_object(old.id, device.id);
        let event = change.event(who, EventKind::SessionEnded).on(object);
        change.record(event);
    }
    let groups = teams::take(app, change, principal.id, &asserted).await?;
    let object = session_object(session.id, device.id);
    let event = change.event(who, EventKind::SignedIn).on(object);
    change.record(teams::told(event, &groups));
    let bootstrapped = bootstrap::redeem(change, who, call.bootstrap_code.as_ref()).await?;
    let reply = SignedIn {
        tokens,
        organization: change.organization(),
        principal: principal.id,
        device: device.id,
        session: session.id,
        ends_at: session.ends_at,
        bootstrapped,
    };
    Ok(Done {
        reply,
        ended: ended.into_iter().map(|session| session.id).collect(),
    })
}

async fn use_up(
    change: &mut Change,
    caller: &KeyCaller,
    challenge: &Challenge,
    asserted: &Asserted,
) -> Result<(), Stop> {
    let now = change.now();
    if !change.db().use_proof(&proof_use(&caller.proof)).await? {
        return Err(Code::ProofReused.into());
    }
    if !change
        .db()
        .consume_challenge(&sha256(challenge.as_bytes()), now)
        .await?
    {
        return Err(Code::BadChallenge.into());
    }
    if !change
        .db()
        .use_id_token(&asserted.issuer, &asserted.hash, asserted.useless_at)
        .await?
    {
        return Err(Refusal::new(Code::BadIdToken)
            .because("the ID token was used before")
            .into());
    }
    Ok(())
}
