//! What this server can (RFC 7644, 4): no bulk, no sorting, no passwords.

use super::{
    query::PAGE,
    reply::{base, document},
    schema::{Schema, described, schemas},
};
use crate::{
    app::{App, Shared},
    http::{Handled, Refusal, handle},
};
use axum::{
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::Response,
};
use claviger_protocol::{problem::Code, route};
use serde_json::{Value, json};

const CONFIGURATION: &str = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
const TYPE: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

pub(super) fn routes() -> Vec<Handled> {
    vec![
        handle(route::SCIM_CONFIGURATION, configuration),
        handle(route::SCIM_TYPES, types),
        handle(route::SCIM_TYPE, one_type),
        handle(route::SCIM_SCHEMAS, all_schemas),
        handle(route::SCIM_SCHEMA, one_schema),
    ]
}

async fn configuration(State(app): State<Shared>) -> Response {
    let told = json!({
        "schemas": [CONFIGURATION],
        "patch": {"supported": true},
        "bulk": {"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": true, "maxResults": PAGE},
        "changePassword": {"supported": false},
        "sort": {"supported": false},
        "etag": {"supported": true},
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "Token",
            "description": "A token that an Owner makes",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "primary": true,
        }],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": format!("{}/ServiceProviderConfig", base(&app)),
        },
    });
    document(StatusCode::OK, &told)
}

async fn types(State(app): State<Shared>, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let told = served(&app).map(|schema| resource_type(&app, schema)).collect();
    all(query.as_deref(), told)
}

async fn one_type(State(app): State<Shared>, Path(name): Path<String>) -> Result<Response, Refusal> {
    let schema = served(&app).find(|schema| schema.name == name);
    let schema = schema.ok_or(Code::NotFound)?;
    Ok(document(StatusCode::OK, &resource_type(&app, schema)))
}

async fn all_schemas(State(app): State<Shared>, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let base = base(&app);
    let told = served(&app).map(|schema| described(schema, &base)).collect();
    all(query.as_deref(), told)
}

async fn one_schema(State(app): State<Shared>, Path(urn): Path<String>) -> Result<Response, Refusal> {
    let schema = served(&app).find(|schema| schema.is(&urn));
    let schema = schema.ok_or(Code::NotFound)?;
    Ok(document(StatusCode::OK, &described(schema, &base(&app))))
}

fn served(app: &App) -> impl Iterator<Item = &'static Schema> {
    schemas(app.config.scim.groups).into_iter()
}

fn resource_type(app: &App, schema: &Schema) -> Value {
    json!({
        "schemas": [TYPE],
        "id": schema.name,
        "name": schema.name,
        "endpoint": schema.endpoint,
        "description": schema.about,
        "schema": schema.urn,
        "meta": {
            "resourceType": "ResourceType",
            "location": format!("{}/ResourceTypes/{}", base(app), schema.name),
        },
    })
}

/// All of them; these lists cannot be filtered, and whoever tries is refused (RFC 7644, 4).
fn all(query: Option<&str>, told: Vec<Value>) -> Result<Response, Refusal> {
    let mut names = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    if names.any(|(name, _)| name == "filter") {
        return Err(Refusal::new(Code::Forbidden).detail("this list cannot be filtered"));
    }
    let list = json!({
        "schemas": [LIST],
        "totalResults": told.len(),
        "startIndex": 1,
        "itemsPerPage": told.len(),
        "Resources": told,
    });
    Ok(document(StatusCode::OK, &list))
}
