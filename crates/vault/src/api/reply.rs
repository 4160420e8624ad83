//! Reading what comes back.

use super::ApiError;
use claviger_protocol::{
    problem::{Code, Problem},
    route::Route,
};
use claviger_sign_in::http::Unreachable;
use reqwest::{Response, StatusCode};
use serde::de::DeserializeOwned;

/// The largest reply that is read, in bytes.
const MAX_REPLY: usize = 64 * 1024 * 1024;

/// Fetches a document that anybody may have, without a proof.
///
/// # Errors
/// As [`super::Api::call`].
pub(crate) async fn fetch<R: DeserializeOwned>(
    http: &reqwest::Client,
    origin: &str,
    route: Route,
) -> Result<R, ApiError> {
    let response = http
        .get(format!("{origin}{}", route.at(&[])))
        .send()
        .await
        .map_err(Unreachable::classify)?;
    if !response.status().is_success() {
        return Err(refusal(response).await);
    }
    serde_json::from_slice(&read(response).await?).map_err(|error| ApiError::Form(route, error))
}

/// Reads a refusal; what is no problem document came from something in between, or is no server of ours.
pub(super) async fn refusal(response: Response) -> ApiError {
    let status = response.status();
    match read(response).await {
        Ok(bytes) => match serde_json::from_slice::<Problem>(&bytes) {
            Ok(problem) => ApiError::Refused(problem),
            Err(_) if status == StatusCode::TOO_MANY_REQUESTS => {
                ApiError::Refused(Problem::new(Code::TooMany))
            }
            Err(_) => ApiError::Stranger(status.as_u16()),
        },
        Err(error) => error,
    }
}

/// Reads a reply to its end.
///
/// # Errors
/// When it breaks off, or is larger than any reply should be.
pub(super) async fn read(mut response: Response) -> Result<Vec<u8>, ApiError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(Unreachable::classify)? {
        if bytes.len() + chunk.len() > MAX_REPLY {
            return Err(ApiError::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
