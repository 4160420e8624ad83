//! Ids in paths.

use crate::http::Refusal;
use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};
use claviger_protocol::problem::Code;
use std::str::FromStr;

/// The one id in a path. What is no id names nothing, so that it is not found.
#[derive(Debug, Clone, Copy)]
pub struct Id<T>(pub T);

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for Id<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|error| Refusal::new(Code::NotFound).because(error))?;
        text.parse().map(Self).map_err(|_| Refusal::new(Code::NotFound))
    }
}
