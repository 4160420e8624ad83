//! What surrounds every call: its id and address, one line in the log, and the headers and problem of its reply.

use crate::{
    app::{App, Shared},
    caller::{Call, address},
};
use axum::{
    body::Body,
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::{
        HeaderValue,
        header::{CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS},
    },
    middleware::Next,
    response::Response,
};
use claviger_model::ids::CallId;
use claviger_protocol::{
    problem::{Code, Problem},
    proof::NONCE_HEADER,
};
use std::net::SocketAddr;
use tracing::Instrument;

const CALL_HEADER: &str = "x-request-id";
const PROBLEM_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");

/// Gives a call its id and its reply the rest.
pub async fn layer(
    State(app): State<Shared>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    let address = address::of_call(peer.ip(), request.headers(), &app.config.trusted_proxies);
    let call = Call {
        id: CallId::random(&*app.entropy),
        address,
    };
    request.extensions_mut().insert(call);
    // The template, not the path; and no address: logs hold no personal data.
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("-", MatchedPath::as_str)
        .to_owned();
    let span = tracing::info_span!("call", id = %call.id, method = %request.method(), route);
    async {
        let mut response = next.run(request).await;
        let problem = response.extensions_mut().remove::<Problem>();
        tracing::info!(
            status = response.status().as_u16(),
            code = problem.as_ref().map(|problem| problem.code.as_str()),
            "answered"
        );
        if let Some(problem) = problem {
            write_problem(&mut response, problem, call.id, &app.config.oidc.multi_factor_acr);
        }
        add_headers(&app, &mut response, call.id);
        response
    }
    .instrument(span)
    .await
}

fn write_problem(response: &mut Response, mut problem: Problem, call: CallId, acr_values: &[String]) {
    problem.call = Some(call.to_string());
    if problem.status == 401 {
        let mut challenge = format!("DPoP error=\"{}\", algs=\"ES256\"", oauth_error(problem.code));
        if let Some(asked) = &mut problem.sign_in {
            challenge.push_str(&format!(", max_age=\"{}\"", asked.max_age));
            asked.acr_values = acr_values.to_vec();
            if !acr_values.is_empty() {
                challenge.push_str(&format!(", acr_values=\"{}\"", acr_values.join(" ")));
            }
        }
        if let Ok(challenge) = HeaderValue::from_str(&challenge) {
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
    }
    if let Ok(body) = serde_json::to_vec(&problem) {
        *response.body_mut() = Body::from(body);
        response.headers_mut().insert(CONTENT_TYPE, PROBLEM_TYPE);
    }
}

/// The error code that RFC 6750, RFC 9449 and RFC 9470 have for it.
const fn oauth_error(code: Code) -> &'static str {
    match code {
        Code::UseNonce => "use_dpop_nonce",
        Code::BadProof | Code::ProofReused => "invalid_dpop_proof",
        Code::StepUp => "insufficient_user_authentication",
        _ => "invalid_token",
    }
}

fn add_headers(app: &App, response: &mut Response, call: CallId) {
    let headers = response.headers_mut();
    if let Ok(nonce) = HeaderValue::from_str(&app.keys.now().nonces.issue(app.clock.now())) {
        headers.insert(NONCE_HEADER, nonce);
    }
    if let Ok(id) = HeaderValue::from_str(&call.to_string()) {
        headers.insert(CALL_HEADER, id);
    }
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}
