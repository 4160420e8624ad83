//! The layer in front of every route: who calls, and whether everything about the call is right, before its body is
//! acted on.

use super::{
    Call, Caller, DeviceCaller, KeyCaller, Proof,
    proof::{self, Expected, ProofError},
    refusals,
    session::{caller_of, good_for, keep, read_session, recall, unknown},
};
use crate::{
    app::{App, Shared},
    http::{Refusal, refusal::Recorded},
};
use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, header::AUTHORIZATION, request::Parts},
    middleware::Next,
    response::Response,
};
use claviger_crypto::{jwk::DevicePublicKey, token::OpaqueToken};
use claviger_protocol::{
    problem::{Code, Problem},
    proof::{HEADER, SCHEME},
    route::{self, Route},
};
use claviger_storage::sessions::DeviceState;
use std::{sync::Arc, time::Duration};

/// How long a body may take to arrive; whoever is slower holds a connection for nothing.
const BODY_WITHIN: Duration = Duration::from_secs(30);

/// Verifies a call to a route and hands its caller on in the request's extensions.
pub async fn layer(
    State((app, route)): State<(Shared, Route)>,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    let (mut parts, body) = request.into_parts();
    if parts.uri.query().is_some() {
        return Err(Refusal::new(Code::BadRequest).detail("parameters travel in the path or the body"));
    }
    let call = *parts
        .extensions
        .get::<Call>()
        .ok_or_else(|| Refusal::internal("the call has no id"))?;
    let body = read(body, app.config.limits.body_bytes).await?;
    let verified = identify(&app, route, call, &mut parts, &body).await;
    if let Err(refusal) = verified {
        app.failures.count(&refusal, call.address, app.clock.now());
        return Err(refusal);
    }
    let known = parts.extensions.get::<Caller>();
    let Some(context) = known.map(|caller| Arc::clone(&caller.context)) else {
        return Ok(next.run(Request::from_parts(parts, Body::from(body))).await);
    };
    let (method, uri, asked) = (parts.method.clone(), parts.uri.clone(), body.clone());
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    let refused = response.extensions().get::<Problem>().map(|problem| problem.code);
    if let Some(code) = refused.filter(|_| response.extensions().get::<Recorded>().is_none()) {
        let asked = refusals::asked(route, &method, &uri, &asked);
        app.refusals.note(&app, &context, call, code, asked).await;
    }
    Ok(response)
}

async fn identify(
    app: &App,
    route: Route,
    call: Call,
    parts: &mut Parts,
    body: &Bytes,
) -> Result<(), Refusal> {
    match route.caller {
        route::Caller::Anyone => {}
        // Verified by a layer of its own.
        route::Caller::Provisioner => return Err(unknown()),
        route::Caller::Key => {
            let (key, proof) = prove(app, parts, body, None)?;
            remember(app, &proof)?;
            parts.extensions.insert(KeyCaller { call, key, proof });
        }
        route::Caller::Device => {
            let (key, proof) = prove(app, parts, body, None)?;
            remember(app, &proof)?;
            let caller = device(app, call, key, proof).await?;
            parts.extensions.insert(caller);
        }
        route::Caller::Session => {
            let token = access_token(&parts.headers)?.to_owned();
            let (_, proof) = prove(app, parts, body, Some(&token))?;
            let hash = OpaqueToken::parse(&token).map_err(|_| unknown())?.hash();
            let hash = hash.as_bytes();
            let recalled = recall(app, route, call, hash, &proof);
            let remembered = recalled.is_some();
            let context = match recalled {
                Some(context) => context,
                None => {
                    let context = read_session(app, hash).await?;
                    let good = good_for(app, route, call, &context, &proof);
                    if let Err(refusal) = &good
                        && matches!(refusal.code(), Code::Disabled | Code::WrongNetwork)
                    {
                        let asked = refusals::asked(route, &parts.method, &parts.uri, body);
                        let noted = app.refusals.note(app, &context, call, refusal.code(), asked);
                        noted.await;
                    }
                    good?;
                    keep(app, route, &context);
                    context
                }
            };
            if let Err(refusal) = remember(app, &proof) {
                app.replays.note(app, &context, call).await;
                return Err(refusal);
            }
            parts
                .extensions
                .insert(caller_of(call, context, proof, remembered)?);
        }
    }
    Ok(())
}

fn prove(
    app: &App,
    parts: &Parts,
    body: &[u8],
    access: Option<&str>,
) -> Result<(DevicePublicKey, Proof), Refusal> {
    let mut proofs = parts.headers.get_all(HEADER).iter();
    let text = match (proofs.next(), proofs.next()) {
        (Some(proof), None) => proof.to_str().map_err(|_| bad(ProofError::Missing))?,
        _ => return Err(bad(ProofError::Missing)),
    };
    let expected = Expected {
        origin: app.origin.as_str(),
        method: parts.method.as_str(),
        path: parts.uri.path(),
        body,
        access,
        now: app.clock.now(),
        nonces: &app.keys.now().nonces,
    };
    proof::verify(text, &expected).map_err(bad)
}

fn bad(error: ProofError) -> Refusal {
    match error {
        ProofError::Nonce => Refusal::new(Code::UseNonce),
        ProofError::Time => {
            Refusal::new(Code::BadProof).detail("the clock of this device is too far off the server's")
        }
        other => Refusal::new(Code::BadProof).because(other),
    }
}

fn remember(app: &App, proof: &Proof) -> Result<(), Refusal> {
    if app.proofs.first(proof) {
        Ok(())
    } else {
        Err(Refusal::new(Code::ProofReused))
    }
}

fn access_token(headers: &HeaderMap) -> Result<&str, Refusal> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(Refusal::new(Code::Unauthenticated));
    };
    value
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case(SCHEME))
        .map(|(_, token)| token.trim())
        .ok_or_else(|| Refusal::new(Code::Unauthenticated))
}

async fn device(app: &App, call: Call, key: DevicePublicKey, proof: Proof) -> Result<DeviceCaller, Refusal> {
    let device = app
        .store
        .reader()
        .await?
        .device_by_jkt(proof.jkt.as_bytes())
        .await?;
    let device = device.ok_or_else(|| Refusal::new(Code::DeviceEnded))?;
    if device.state == DeviceState::Ended {
        return Err(Refusal::new(Code::DeviceEnded));
    }
    Ok(DeviceCaller {
        call,
        device: device.id,
        principal: device.principal,
        key,
        proof,
    })
}

/// Reads a body within its size and time.
///
/// # Errors
/// When it is larger, or does not come.
pub async fn read(body: Body, limit: usize) -> Result<Bytes, Refusal> {
    let read = tokio::time::timeout(BODY_WITHIN, axum::body::to_bytes(body, limit)).await;
    let body = read.map_err(|_| Refusal::new(Code::BadRequest).detail("the body took too long to arrive"))?;
    body.map_err(|error| {
        let mut source: Option<&(dyn std::error::Error + 'static)> = Some(&error);
        while let Some(cause) = source {
            if cause.is::<http_body_util::LengthLimitError>() {
                return Refusal::new(Code::TooLarge).detail(format!("at most {limit} bytes are taken"));
            }
            source = cause.source();
        }
        Refusal::new(Code::BadRequest).because(error)
    })
}
