//! Calls to our server: one proof for each request, the server's nonce kept, problems read as codes.

mod error;
mod reply;
mod request;
mod skew;

pub(crate) use error::ApiError;
pub(crate) use reply::fetch;
pub(crate) use request::{Arguments, Request};

use claviger_model::time::Clock;
use claviger_protocol::{
    problem::Code,
    proof::{HEADER, NONCE_HEADER, SCHEME},
    wire::Token,
};
use claviger_sign_in::{
    http::Unreachable,
    proof::{ProofFor, ProofMaker},
};
use reply::{read, refusal};
use reqwest::{Method, Response, header};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use skew::Skew;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Longer than any access token lives; the event stream ends before.
const STREAM: Duration = Duration::from_secs(3600);

/// A reply whose body does not matter.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Nothing {}

/// Speaks to one server with one device's keys.
pub(crate) struct Api {
    http: reqwest::Client,
    origin: String,
    proofs: ProofMaker,
    clock: Arc<dyn Clock>,
    nonce: Mutex<Option<String>>,
    skew: Skew,
}

impl Api {
    /// Takes an HTTP client, the origin as the enrolment bundle has it, what makes proofs, and the clock.
    pub(crate) fn new(
        http: reqwest::Client,
        origin: String,
        proofs: ProofMaker,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            http,
            origin,
            proofs,
            clock,
            nonce: Mutex::default(),
            skew: Skew::default(),
        }
    }

    /// Sends a request and reads the reply's JSON; an empty one reads as `{}`.
    ///
    /// # Errors
    /// When the server is out of reach, refuses, or answers something else than expected.
    pub(crate) async fn call<R: DeserializeOwned>(
        &self,
        request: &Request,
        access: Option<&Token>,
    ) -> Result<R, ApiError> {
        let bytes = read(self.answered(request, access, None).await?).await?;
        let bytes = if bytes.is_empty() {
            b"{}".as_slice()
        } else {
            &bytes
        };
        serde_json::from_slice(bytes).map_err(|error| ApiError::Form(request.route, error))
    }

    /// Opens a reply that goes on, as the event stream does.
    ///
    /// # Errors
    /// As [`Api::call`].
    pub(crate) async fn open(&self, request: &Request, access: Option<&Token>) -> Result<Response, ApiError> {
        self.answered(request, access, Some(STREAM)).await
    }

    /// How far this computer's clock is ahead of the server's, in seconds, when that is too far for proofs.
    pub(crate) fn skewed(&self) -> Option<i64> {
        self.skew.too_far()
    }

    async fn answered(
        &self,
        request: &Request,
        access: Option<&Token>,
        patience: Option<Duration>,
    ) -> Result<Response, ApiError> {
        match self.attempt(request, access, patience).await {
            // RFC 9449, 8: the refusal carried the nonce; nothing was done, so once more with it.
            Err(ApiError::Refused(problem)) if problem.code == Code::UseNonce => {
                self.attempt(request, access, patience).await
            }
            other => other,
        }
    }

    async fn attempt(
        &self,
        request: &Request,
        access: Option<&Token>,
        patience: Option<Duration>,
    ) -> Result<Response, ApiError> {
        let nonce = self.nonce.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let proof = self.proofs.make(&ProofFor {
            method: request.route.method,
            origin: &self.origin,
            path: &request.path,
            access,
            nonce: nonce.as_deref(),
            body: request.body.as_deref(),
        })?;
        let method = Method::from_bytes(request.route.method.as_bytes()).unwrap_or(Method::POST);
        let mut sending = self
            .http
            .request(method, format!("{}{}", self.origin, request.path))
            .header(HEADER, proof);
        if let Some(patience) = patience {
            sending = sending.timeout(patience);
        }
        if let Some(access) = access {
            let mut value = header::HeaderValue::from_str(&format!("{SCHEME} {}", access.expose()))
                .map_err(|_| ApiError::Token)?;
            value.set_sensitive(true);
            sending = sending.header(header::AUTHORIZATION, value);
        }
        if let Some(body) = &request.body {
            sending = sending
                .header(header::CONTENT_TYPE, "application/json")
                .body(body.clone());
        }
        let response = sending.send().await.map_err(Unreachable::classify)?;
        self.note(&response);
        if response.status().is_success() {
            Ok(response)
        } else {
            Err(refusal(response).await)
        }
    }

    fn note(&self, response: &Response) {
        let text = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        if let Some(fresh) = text(NONCE_HEADER) {
            *self.nonce.lock().unwrap_or_else(PoisonError::into_inner) = Some(fresh.to_owned());
        }
        if let Some(date) = text(header::DATE.as_str()) {
            self.skew.note(date, self.clock.now());
        }
    }
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Api")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}
