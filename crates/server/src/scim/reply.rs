//! Replies, with their versions (RFC 7644, 3.14).

use super::{
    error::{bad, precondition},
    query::Select,
    schema::Schema,
};
use crate::{app::App, http::Refusal};
use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH, LOCATION},
    },
    response::Response,
};
use claviger_model::{ids::ScimId, time::Timestamp};
use serde_json::{Map, Value, json};

/// The media type of SCIM.
pub const SCIM: &str = "application/scim+json";
const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// Where a resource is.
pub fn location(app: &App, schema: &Schema, id: ScimId) -> String {
    format!("{}{}{}/{id}", app.origin.as_str(), super::ROOT, schema.endpoint)
}

/// Where all of it is.
pub fn base(app: &App) -> String {
    format!("{}{}", app.origin.as_str(), super::ROOT)
}

/// A time as SCIM writes it.
pub fn moment(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.millis())
        .unwrap_or_default()
        .to_string()
}

/// The version as a weak entity tag.
pub fn tag(version: u64) -> String {
    format!("W/\"{version}\"")
}

/// What every resource has.
pub fn common(
    app: &App,
    schema: &Schema,
    (id, version): (ScimId, u64),
    times: [Timestamp; 2],
) -> Map<String, Value> {
    let [made, changed] = times;
    let mut resource = Map::new();
    resource.insert("schemas".to_owned(), json!([schema.urn]));
    resource.insert("id".to_owned(), json!(id.to_string()));
    resource.insert(
        "meta".to_owned(),
        json!({
            "resourceType": schema.name,
            "created": moment(made),
            "lastModified": moment(changed),
            "location": location(app, schema, id),
            "version": tag(version),
        }),
    );
    resource
}

/// Any document.
pub fn document(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(SCIM));
    response
}

/// One resource with its version; 201 says where it is.
pub fn resource(status: StatusCode, schema: &Schema, whole: &Value, select: &Select) -> Response {
    let mut response = document(status, &select.of(schema, whole));
    let meta = |name: &str| whole.pointer(&format!("/meta/{name}")).and_then(Value::as_str);
    let header = |text: Option<&str>| text.and_then(|text| HeaderValue::from_str(text).ok());
    if let Some(tag) = header(meta("version")) {
        response.headers_mut().insert(ETAG, tag);
    }
    if let Some(place) = header(meta("location")).filter(|_| status == StatusCode::CREATED) {
        response.headers_mut().insert(LOCATION, place);
    }
    response
}

/// A page of a list.
pub fn list(total: u64, start: u64, resources: Vec<Value>) -> Response {
    document(
        StatusCode::OK,
        &json!({
            "schemas": [LIST],
            "totalResults": total,
            "startIndex": start,
            "itemsPerPage": resources.len(),
            "Resources": resources,
        }),
    )
}

/// Nothing to say.
pub fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// What a client says about the version that it has read.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    matches: Option<Vec<String>>,
    unless: Option<Vec<String>>,
}

impl Seen {
    /// Reads `If-Match` and `If-None-Match`.
    pub fn of(headers: &HeaderMap) -> Self {
        let tags = |name| {
            let all: Vec<String> = headers
                .get_all(name)
                .iter()
                .filter_map(|value| value.to_str().ok())
                .flat_map(|value| value.split(','))
                .map(|tag| tag.trim().to_owned())
                .collect();
            (!all.is_empty()).then_some(all)
        };
        Self {
            matches: tags(IF_MATCH),
            unless: tags(IF_NONE_MATCH),
        }
    }

    /// Whether the client has this version already.
    pub fn is_known(&self, version: u64) -> bool {
        self.unless.as_ref().is_some_and(|tags| names(tags, version))
    }

    /// Lets a change go on whose client has seen what it changes.
    ///
    /// # Errors
    /// When it has seen another version.
    pub fn allows(&self, version: u64) -> Result<(), Refusal> {
        let other = self.matches.as_ref().is_some_and(|tags| !names(tags, version));
        if other || self.is_known(version) {
            return Err(precondition());
        }
        Ok(())
    }
}

/// Compared weakly: our versions count changes, whatever the form of the reply.
fn names(tags: &[String], version: u64) -> bool {
    let own = tag(version);
    let strong = own.trim_start_matches("W/");
    tags.iter()
        .any(|tag| tag == "*" || tag.trim_start_matches("W/") == strong)
}

/// The body of a call.
///
/// # Errors
/// When it is no JSON.
pub fn parsed(body: &[u8]) -> Result<Value, Refusal> {
    serde_json::from_slice(body).map_err(|error| {
        bad(
            "invalidSyntax",
            format!(
                "the body does not parse at line {}, column {}",
                error.line(),
                error.column()
            ),
        )
        .into()
    })
}
