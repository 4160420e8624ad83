//! The JSON body of a call, whose digest the proof covered already.

use crate::http::Refusal;
use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
};
use claviger_protocol::problem::Code;
use serde::de::DeserializeOwned;

/// A parsed body; unknown fields are refused by the types themselves.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        // The size was limited when the proof was verified.
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|error| Refusal::new(Code::BadRequest).because(error))?;
        serde_json::from_slice(&body).map(Self).map_err(|error| {
            // The place is for the author of a client; the words could repeat a secret.
            Refusal::new(Code::BadRequest).detail(format!(
                "the body does not parse at line {}, column {}",
                error.line(),
                error.column()
            ))
        })
    }
}
