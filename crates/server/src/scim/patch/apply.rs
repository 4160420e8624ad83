//! One operation.

use super::{Deed, Operation};
use crate::scim::{
    error::{Fault, bad},
    filter::{Attribute, Filter, Path},
    schema::{Definition, Kind, Mutability, Schema, named, take_part},
};
use serde_json::{Map, Value};
use std::collections::HashSet;

pub(super) fn one(
    schema: &Schema,
    resource: &mut Map<String, Value>,
    operation: &Operation,
) -> Result<(), Fault> {
    let value = operation.value.as_ref();
    if let Some(path) = &operation.path {
        return at(schema, resource, operation.deed, path, value);
    }
    // Without a path the value is an object of attributes, which are paths of their own: `name.familyName` among them.
    let parts = value
        .and_then(Value::as_object)
        .ok_or_else(|| bad("invalidValue", "without a path the value is an object"))?;
    for (key, value) in parts {
        if key.eq_ignore_ascii_case("schemas") {
            continue;
        }
        // What the schema does not have is left out, as when a whole resource is sent.
        let Ok(path) = super::checked(schema, key) else {
            continue;
        };
        at(schema, resource, operation.deed, &path, Some(value))?;
    }
    Ok(())
}

fn at(
    schema: &Schema,
    resource: &mut Map<String, Value>,
    deed: Deed,
    path: &Path,
    value: Option<&Value>,
) -> Result<(), Fault> {
    let definition = named(schema.attributes, &path.attribute.name)
        .ok_or_else(|| bad("invalidPath", "there is no such attribute"))?;
    let sub = path.attribute.sub.as_ref().or(path.sub.as_ref());
    let sub = sub.and_then(|sub| named(definition.subs, sub));
    if definition.many {
        return within(resource, definition, deed, path, sub, value);
    }
    let Some(sub) = sub else {
        return whole(resource, definition, deed, value);
    };
    let parts = resource
        .entry(definition.name)
        .or_insert_with(|| Value::Object(Map::new()));
    if let Some(parts) = parts.as_object_mut() {
        set(parts, sub, deed, value)?;
        if parts.is_empty() {
            resource.remove(definition.name);
        }
    }
    Ok(())
}

/// An attribute with one value.
fn whole(
    resource: &mut Map<String, Value>,
    definition: &Definition,
    deed: Deed,
    value: Option<&Value>,
) -> Result<(), Fault> {
    let merges = deed == Deed::Add && definition.kind == Kind::Complex;
    if !merges {
        return set(resource, definition, deed, value);
    }
    let Some(Value::Object(added)) = value
        .map(|value| take_part(definition, value))
        .transpose()?
        .flatten()
    else {
        return Ok(());
    };
    let parts = resource
        .entry(definition.name)
        .or_insert_with(|| Value::Object(Map::new()));
    if let Some(parts) = parts.as_object_mut() {
        parts.extend(added);
    }
    Ok(())
}

fn set(
    parts: &mut Map<String, Value>,
    definition: &Definition,
    deed: Deed,
    value: Option<&Value>,
) -> Result<(), Fault> {
    let value = match (deed, value) {
        (Deed::Remove, _) | (_, None) => None,
        (_, Some(value)) => take_part(definition, value)?,
    };
    match value {
        Some(value) => {
            parts.insert(definition.name.to_owned(), value);
        }
        None if definition.required => {
            return Err(bad(
                "invalidValue",
                format!("`{}` must have a value", definition.name),
            ));
        }
        None => {
            parts.remove(definition.name);
        }
    }
    Ok(())
}

/// An attribute with many values.
fn within(
    resource: &mut Map<String, Value>,
    definition: &Definition,
    deed: Deed,
    path: &Path,
    sub: Option<&Definition>,
    value: Option<&Value>,
) -> Result<(), Fault> {
    let mut elements = match resource.remove(definition.name) {
        Some(Value::Array(elements)) => elements,
        _ => Vec::new(),
    };
    let given = |value: Option<&Value>| -> Result<Vec<Value>, Fault> {
        match value
            .map(|value| take_part(definition, value))
            .transpose()?
            .flatten()
        {
            Some(Value::Array(values)) => Ok(values),
            _ => Ok(Vec::new()),
        }
    };
    match (&path.filter, sub) {
        (None, None) => match deed {
            Deed::Add => add(&mut elements, given(value)?),
            Deed::Replace => {
                elements.clear();
                add(&mut elements, given(value)?);
            }
            // Some providers name the values that go; the standard has none here.
            Deed::Remove => match value.filter(|value| !value.is_null()) {
                Some(named) => {
                    let gone: HashSet<String> = given(Some(named))?.iter().filter_map(key).collect();
                    elements.retain(|element| key(element).is_none_or(|key| !gone.contains(&key)));
                }
                None => elements.clear(),
            },
        },
        (filter, sub) => {
            let selected = |element: &Value| {
                filter
                    .as_ref()
                    .is_none_or(|filter| filter.matches(element, definition.subs))
            };
            change(
                definition,
                &mut elements,
                deed,
                filter.as_ref(),
                sub,
                value,
                selected,
            )?;
        }
    }
    if !elements.is_empty() {
        // Bounds and the one primary value are those of a list that was sent.
        if let Some(values) = take_part(definition, &Value::Array(elements))? {
            resource.insert(definition.name.to_owned(), values);
        }
    }
    Ok(())
}

/// The selected elements, or a part of each.
fn change(
    definition: &Definition,
    elements: &mut Vec<Value>,
    deed: Deed,
    filter: Option<&Filter>,
    sub: Option<&Definition>,
    value: Option<&Value>,
    selected: impl Fn(&Value) -> bool,
) -> Result<(), Fault> {
    let none = !elements.iter().any(&selected);
    match (deed, none) {
        (Deed::Remove, true) => return Ok(()),
        (Deed::Replace, true) => {
            return Err(bad(
                "noTarget",
                format!("no value of `{}` is meant", definition.name),
            ));
        }
        // `emails[type eq "work"].value` of somebody without such an address makes one.
        (Deed::Add, true) => {
            let mut made = Map::new();
            for (attribute, equal) in filter.map(Filter::must_equal).unwrap_or_default() {
                if let Some(part) = part(definition, attribute) {
                    set(&mut made, part, Deed::Add, Some(equal))?;
                }
            }
            match sub {
                Some(sub) => set(&mut made, sub, Deed::Add, value)?,
                None => {
                    if let Some(Value::Object(parts)) = value {
                        for (name, value) in parts {
                            if let Some(part) = named(definition.subs, name) {
                                set(&mut made, part, Deed::Add, Some(value))?;
                            }
                        }
                    }
                }
            }
            add(elements, vec![Value::Object(made)]);
            return Ok(());
        }
        (Deed::Remove, false) if sub.is_none() => {
            elements.retain(|element| !selected(element));
            return Ok(());
        }
        _ => {}
    }
    let mut primary = None;
    for (at, element) in elements.iter_mut().enumerate() {
        if !selected(element) {
            continue;
        }
        let Some(parts) = element.as_object_mut() else {
            continue;
        };
        match (sub, value) {
            (Some(sub), value) => {
                if sub.mutability == Mutability::Once && deed != Deed::Add {
                    return Err(bad("mutability", format!("`{}` does not change", sub.name)));
                }
                set(parts, sub, deed, value)?;
            }
            (None, Some(Value::Object(new))) => {
                if deed == Deed::Replace {
                    parts.clear();
                }
                for (name, value) in new {
                    if let Some(part) = named(definition.subs, name) {
                        set(parts, part, Deed::Add, Some(value))?;
                    }
                }
            }
            (None, _) => return Err(bad("invalidValue", "the value is an object")),
        }
        if parts.get("primary") == Some(&Value::Bool(true)) {
            primary = Some(at);
        }
    }
    only(elements, primary);
    elements.retain(|element| element.as_object().is_some_and(|parts| !parts.is_empty()));
    Ok(())
}

fn part<'a>(definition: &'a Definition, attribute: &Attribute) -> Option<&'a Definition> {
    attribute
        .sub
        .is_none()
        .then(|| named(definition.subs, &attribute.name))
        .flatten()
}

/// Adds what is not there; a new primary value takes the place of the old one.
fn add(elements: &mut Vec<Value>, added: Vec<Value>) {
    let mut known: HashSet<String> = elements.iter().filter_map(key).collect();
    let mut primary = None;
    for element in added {
        if key(&element).is_some_and(|key| !known.insert(key)) {
            // There already; what else was said of it counts now.
            let same = elements.iter_mut().find(|other| key(other) == key(&element));
            if let (Some(Value::Object(parts)), Value::Object(new)) = (same, element) {
                parts.extend(new);
            }
            continue;
        }
        if element.get("primary") == Some(&Value::Bool(true)) {
            primary = Some(elements.len());
        }
        elements.push(element);
    }
    only(elements, primary);
}

fn only(elements: &mut [Value], primary: Option<usize>) {
    let Some(primary) = primary else {
        return;
    };
    for (at, element) in elements.iter_mut().enumerate() {
        if let Some(parts) = element.as_object_mut().filter(|_| at != primary) {
            parts.remove("primary");
        }
    }
}

/// What tells the values of a list apart: the value, and of addresses their type too.
fn key(element: &Value) -> Option<String> {
    let text = |name: &str| element.get(name).and_then(Value::as_str);
    let value = text("value")?;
    Some(format!(
        "{value}\u{0}{}",
        text("type").filter(|kind| *kind != "User").unwrap_or_default()
    ))
}
