//! How SCIM says that something went wrong (RFC 7644, 3.12), and how our refusals become that.

use super::reply::SCIM;
use crate::http::Refusal;
use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::Response,
};
use claviger_protocol::problem::{Code, Problem};
use serde_json::json;

const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// A refusal with a `scimType`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The code of the standard's table 9.
    pub kind: &'static str,
    /// In words.
    pub detail: String,
}

/// The standard's word for what is wrong, in the reply of a call that ends as a problem.
#[derive(Debug, Clone, Copy)]
pub struct ScimType(pub &'static str);

/// A fault of what was sent.
pub fn bad(kind: &'static str, detail: impl Into<String>) -> Fault {
    Fault {
        kind,
        detail: detail.into(),
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        let code = match fault.kind {
            "uniqueness" => Code::NameTaken,
            _ => Code::BadRequest,
        };
        Self::new(code).detail(fault.detail).scim(fault.kind)
    }
}

/// The resource changed since it was read (RFC 7644, 3.14).
pub fn precondition() -> Refusal {
    Refusal::new(Code::Conflict)
        .status(StatusCode::PRECONDITION_FAILED)
        .detail("the resource has another version now")
}

/// Writes a refused call's body the way that SCIM does.
pub fn write(response: &mut Response) {
    let kind = response.extensions_mut().remove::<ScimType>();
    let Some(problem) = response.extensions_mut().remove::<Problem>() else {
        return;
    };
    tracing::info!(code = problem.code.as_str(), "refused a provisioning client");
    let mut error = json!({
        "schemas": [ERROR],
        "status": problem.status.to_string(),
        "detail": problem.detail.unwrap_or(problem.title),
    });
    if let (Some(ScimType(kind)), Some(error)) = (kind, error.as_object_mut()) {
        error.insert("scimType".to_owned(), kind.into());
    }
    *response.body_mut() = Body::from(error.to_string());
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(SCIM));
    if problem.status == 401 {
        response.headers_mut().insert(
            axum::http::header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer realm=\"claviger-scim\""),
        );
    }
}
