//! Whether a resource fulfils a filter. Attributes that its schema does not have were refused before.

use super::{Attribute, Filter, Operator};
use crate::scim::schema::{self, Definition, Kind};
use serde_json::Value;
use std::cmp::Ordering;

impl Filter {
    /// Names the first attribute that these do not have, or whose kind cannot be compared so.
    ///
    /// # Errors
    /// The attribute as it was written.
    pub fn check(&self, attributes: &[Definition]) -> Result<(), String> {
        match self {
            Self::Present(attribute) => found(attributes, attribute).map(drop),
            Self::Compare(attribute, operator, value) => {
                let definition = found(attributes, attribute)?;
                let comparable = match (definition.kind, value) {
                    (_, Value::Null) => true,
                    (Kind::Boolean, value) => {
                        value.is_boolean() && matches!(operator, Operator::Eq | Operator::Ne)
                    }
                    (Kind::Text | Kind::Zone | Kind::Reference, value) => value.is_string(),
                    (Kind::Moment, Value::String(text)) => text.parse::<jiff::Timestamp>().is_ok(),
                    _ => false,
                };
                comparable.then_some(()).ok_or_else(|| attribute.to_string())
            }
            Self::And(left, right) | Self::Or(left, right) => {
                left.check(attributes)?;
                right.check(attributes)
            }
            Self::Not(inner) => inner.check(attributes),
            Self::Within(attribute, inner) => {
                let definition = schema::named(attributes, &attribute.name).filter(|one| one.many);
                match definition {
                    Some(definition) => inner.check(definition.subs),
                    None => Err(attribute.to_string()),
                }
            }
        }
    }

    /// Whether an object fulfils it.
    pub fn matches(&self, object: &Value, attributes: &[Definition]) -> bool {
        match self {
            Self::Present(attribute) => !values(object, attribute, attributes).is_empty(),
            Self::Compare(attribute, operator, wanted) => {
                let Ok(definition) = found(attributes, attribute) else {
                    return false;
                };
                let values = values(object, attribute, attributes);
                let equals = || values.iter().any(|value| equal(definition, value, wanted));
                match (operator, wanted) {
                    (Operator::Eq, Value::Null) => values.is_empty(),
                    (Operator::Ne, Value::Null) => !values.is_empty(),
                    (Operator::Eq, _) => equals(),
                    (Operator::Ne, _) => !equals(),
                    _ => values
                        .iter()
                        .any(|value| ordered(definition, value, *operator, wanted)),
                }
            }
            Self::And(left, right) => left.matches(object, attributes) && right.matches(object, attributes),
            Self::Or(left, right) => left.matches(object, attributes) || right.matches(object, attributes),
            Self::Not(inner) => !inner.matches(object, attributes),
            Self::Within(attribute, inner) => {
                let Some(definition) = schema::named(attributes, &attribute.name) else {
                    return false;
                };
                let elements = object.get(definition.name).and_then(Value::as_array);
                elements.is_some_and(|elements| {
                    elements
                        .iter()
                        .any(|element| inner.matches(element, definition.subs))
                })
            }
        }
    }
}

/// The definition of what is compared; of a complex attribute with many values, that of its `value`.
fn found<'a>(attributes: &'a [Definition], attribute: &Attribute) -> Result<&'a Definition, String> {
    let unknown = || attribute.to_string();
    let definition = schema::named(attributes, &attribute.name).ok_or_else(unknown)?;
    match &attribute.sub {
        Some(sub) => schema::named(definition.subs, sub).ok_or_else(unknown),
        None if definition.many => Ok(schema::named(definition.subs, "value").unwrap_or(definition)),
        None => Ok(definition),
    }
}

/// The values that an object has there.
fn values<'a>(object: &'a Value, attribute: &Attribute, attributes: &[Definition]) -> Vec<&'a Value> {
    let Some(definition) = schema::named(attributes, &attribute.name) else {
        return Vec::new();
    };
    let Some(value) = object.get(definition.name) else {
        return Vec::new();
    };
    let sub = match &attribute.sub {
        Some(sub) => schema::named(definition.subs, sub).map(|sub| sub.name),
        None if definition.many => Some("value"),
        None => None,
    };
    let elements: Vec<&Value> = match value {
        Value::Array(elements) => elements.iter().collect(),
        one => vec![one],
    };
    let present = |value: &&Value| !value.is_null() && value.as_str() != Some("");
    elements
        .into_iter()
        .filter_map(|element| match sub {
            Some(sub) => element.get(sub),
            None => Some(element),
        })
        .filter(present)
        .collect()
}

fn equal(definition: &Definition, value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::String(_), Value::String(_)) => ordered(definition, value, Operator::Eq, wanted),
        (value, wanted) => value == wanted,
    }
}

fn ordered(definition: &Definition, value: &Value, operator: Operator, wanted: &Value) -> bool {
    let (Some(value), Some(wanted)) = (value.as_str(), wanted.as_str()) else {
        return false;
    };
    let order = if definition.kind == Kind::Moment {
        let moment = |text: &str| text.parse::<jiff::Timestamp>().ok();
        match (moment(value), moment(wanted)) {
            (Some(value), Some(wanted)) => value.cmp(&wanted),
            _ => return false,
        }
    } else {
        schema::folded(definition, value)
            .as_str()
            .cmp(&schema::folded(definition, wanted))
    };
    let (value, wanted) = (
        schema::folded(definition, value),
        schema::folded(definition, wanted),
    );
    match operator {
        Operator::Eq => order == Ordering::Equal,
        Operator::Ne => order != Ordering::Equal,
        Operator::Co => value.contains(&wanted),
        Operator::Sw => value.starts_with(&wanted),
        Operator::Ew => value.ends_with(&wanted),
        Operator::Gt => order == Ordering::Greater,
        Operator::Ge => order != Ordering::Less,
        Operator::Lt => order == Ordering::Less,
        Operator::Le => order != Ordering::Greater,
    }
}
