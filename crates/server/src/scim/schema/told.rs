//! The schemas as they are told (RFC 7643, 7).

use super::{Definition, GROUP, Kind, Mutability, Returned, Schema, USER};
use serde_json::{Value, json};

const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";
/// What the values of a zone look like; any other that the database has will do (RFC 7643, 7: "suggested").
const ZONES: [&str; 4] = ["UTC", "America/New_York", "Asia/Tokyo", "Europe/Berlin"];

/// Those that are served.
pub fn schemas(groups: bool) -> Vec<&'static Schema> {
    if groups { vec![&USER, &GROUP] } else { vec![&USER] }
}

/// One, with the address at which it stands.
pub fn described(schema: &Schema, base: &str) -> Value {
    let own = schema.attributes.len().saturating_sub(schema.common);
    let attributes: Vec<Value> = schema.attributes.iter().take(own).map(attribute).collect();
    json!({
        "schemas": [SCHEMA],
        "id": schema.urn,
        "name": schema.name,
        "description": schema.about,
        "attributes": attributes,
        "meta": {"resourceType": "Schema", "location": format!("{base}/Schemas/{}", schema.urn)},
    })
}

fn attribute(definition: &Definition) -> Value {
    let kind = match definition.kind {
        Kind::Text | Kind::Zone => "string",
        Kind::Boolean => "boolean",
        Kind::Moment => "dateTime",
        Kind::Reference => "reference",
        Kind::Complex => "complex",
    };
    let mut told = json!({
        "name": definition.name,
        "type": kind,
        "multiValued": definition.many,
        "description": definition.about,
        "required": definition.required,
        "mutability": match definition.mutability {
            Mutability::Write => "readWrite",
            Mutability::Read => "readOnly",
            Mutability::Once => "immutable",
        },
        "returned": match definition.returned {
            Returned::Always => "always",
            Returned::Default => "default",
        },
    });
    if let Some(told) = told.as_object_mut() {
        match definition.kind {
            Kind::Text | Kind::Zone | Kind::Reference => {
                told.insert("caseExact".to_owned(), definition.exact.into());
                let unique = if definition.unique { "server" } else { "none" };
                told.insert("uniqueness".to_owned(), unique.into());
            }
            Kind::Complex => {
                let subs: Vec<Value> = definition.subs.iter().map(attribute).collect();
                told.insert("subAttributes".to_owned(), subs.into());
            }
            Kind::Boolean | Kind::Moment => {}
        }
        if definition.kind == Kind::Zone {
            told.insert("canonicalValues".to_owned(), json!(ZONES));
        }
        if definition.kind == Kind::Reference {
            told.insert("referenceTypes".to_owned(), json!(definition.leads_to));
        }
    }
    told
}
