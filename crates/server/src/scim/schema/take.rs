//! What a client sent, brought into the schema's form: names in their one spelling, values of the right kind, nothing else.

use super::{Definition, Kind, Mutability, Schema, named};
use crate::scim::error::{Fault, bad};
use claviger_policy::hours::Zone;
use serde_json::{Map, Value};

/// The longest text, in characters.
const LONGEST: usize = 1_024;
/// The most values of a list that is no list of members.
const MOST: usize = 50;
/// The most members that one call names.
pub const MOST_MEMBERS: usize = 10_000;

/// Whether the whole of a resource or a part of it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What is required must be there.
    Whole,
    /// It need not.
    Some,
}

/// Takes an object. What the schema does not have, and what only this server writes, is left out.
///
/// # Errors
/// When a value is of another kind, too long, or missing.
pub fn take(schema: &Schema, sent: &Value, part: Part) -> Result<Map<String, Value>, Fault> {
    let sent = sent
        .as_object()
        .ok_or_else(|| bad("invalidSyntax", "a resource is an object"))?;
    let prefix = format!("{}:", schema.urn);
    let mut taken = Map::new();
    for (key, value) in sent {
        // `urn:…:User:userName` is a way to write `userName`.
        let plain = match key.get(..prefix.len()) {
            Some(start) if start.eq_ignore_ascii_case(&prefix) => key.get(prefix.len()..).unwrap_or(key),
            _ => key,
        };
        let Some(definition) = named(schema.attributes, plain) else {
            continue;
        };
        if definition.mutability == Mutability::Read {
            continue;
        }
        if let Some(value) = take_part(definition, value)? {
            taken.insert(definition.name.to_owned(), value);
        }
    }
    if part == Part::Whole {
        for definition in schema.attributes {
            let given_by_us = definition.mutability == Mutability::Read;
            if definition.required && !given_by_us && !taken.contains_key(definition.name) {
                return Err(bad("invalidValue", format!("`{}` is missing", definition.name)));
            }
        }
    }
    Ok(taken)
}

/// Takes the value of one attribute; none where it is null or empty.
///
/// # Errors
/// When it is of another kind or too long.
pub fn take_part(definition: &Definition, value: &Value) -> Result<Option<Value>, Fault> {
    if value.is_null() {
        return Ok(None);
    }
    if !definition.many {
        return one(definition, value);
    }
    let elements = match value {
        Value::Array(elements) => elements.as_slice(),
        other => std::slice::from_ref(other),
    };
    let most = if definition.name == "members" {
        MOST_MEMBERS
    } else {
        MOST
    };
    if elements.len() > most {
        return Err(bad(
            "tooMany",
            format!("`{}` can have {most} values", definition.name),
        ));
    }
    let mut taken = Vec::with_capacity(elements.len());
    for element in elements {
        taken.extend(one(definition, element)?);
    }
    let primary = |element: &&Value| element.get("primary") == Some(&Value::Bool(true));
    if taken.iter().filter(primary).count() > 1 {
        return Err(bad(
            "invalidValue",
            format!("`{}` can have one primary value", definition.name),
        ));
    }
    Ok((!taken.is_empty()).then_some(Value::Array(taken)))
}

fn one(definition: &Definition, value: &Value) -> Result<Option<Value>, Fault> {
    let wrong = || {
        bad(
            "invalidValue",
            format!("the value of `{}` is of another kind", definition.name),
        )
    };
    match definition.kind {
        Kind::Boolean => match value {
            Value::Bool(_) => Ok(Some(value.clone())),
            // As Entra ID writes it.
            Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(Some(Value::Bool(true))),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Ok(Some(Value::Bool(false))),
            _ => Err(wrong()),
        },
        Kind::Text | Kind::Zone | Kind::Reference | Kind::Moment => {
            let text = value.as_str().ok_or_else(wrong)?;
            if text.chars().count() > LONGEST || text.chars().any(char::is_control) {
                return Err(bad(
                    "invalidValue",
                    format!(
                        "`{}` can have {LONGEST} characters, none of them a control character",
                        definition.name
                    ),
                ));
            }
            let empty = text.trim().is_empty();
            if empty && definition.required {
                return Err(bad("invalidValue", format!("`{}` is empty", definition.name)));
            }
            if !empty && definition.kind == Kind::Zone && Zone::named(text).is_none() {
                return Err(bad(
                    "invalidValue",
                    format!("`{}` is a name of the IANA time zone database", definition.name),
                ));
            }
            Ok((!empty).then(|| value.clone()))
        }
        Kind::Complex => {
            let parts = value.as_object().ok_or_else(wrong)?;
            let mut taken = Map::new();
            for (key, value) in parts {
                let Some(sub) = named(definition.subs, key) else {
                    continue;
                };
                if sub.mutability == Mutability::Read || value.is_null() {
                    continue;
                }
                if let Some(value) = one(sub, value)? {
                    taken.insert(sub.name.to_owned(), value);
                }
            }
            Ok((!taken.is_empty()).then_some(Value::Object(taken)))
        }
    }
}
