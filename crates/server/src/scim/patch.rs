//! Changes of parts of a resource (RFC 7644, 3.5.2): each operation in order, on the resource's own form; all or none.

mod apply;
#[cfg(test)]
mod tests;

use super::{
    error::{Fault, bad},
    filter::Path,
    schema::{Mutability, Schema, named},
};
use serde_json::{Map, Value};

const MESSAGE: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/// The most operations of one call.
pub const MOST: usize = 1_000;

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Adds to what is there.
    Add,
    /// Puts it in place of what is there.
    Replace,
    /// Takes it away.
    Remove,
}

/// One operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    deed: Deed,
    path: Option<Path>,
    value: Option<Value>,
}

/// Reads the body of a PATCH.
///
/// # Errors
/// When it is none, has no or too many operations, or names what the schema does not have or only this server writes.
pub fn parse(schema: &Schema, body: &Value) -> Result<Vec<Operation>, Fault> {
    let field = |object: &Map<String, Value>, name: &str| {
        let found = object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone())
    };
    let body = body.as_object().ok_or_else(form)?;
    let message = field(body, "schemas").and_then(|urns| {
        let urns = urns.as_array()?.clone();
        urns.iter()
            .any(|urn| urn.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(MESSAGE)))
            .then_some(())
    });
    let operations = field(body, "Operations");
    let operations = operations.as_ref().and_then(Value::as_array);
    let (Some(()), Some(operations)) = (message, operations) else {
        return Err(form());
    };
    if operations.is_empty() {
        return Err(form());
    }
    if operations.len() > MOST {
        return Err(bad("tooMany", format!("one call can have {MOST} operations")));
    }
    operations
        .iter()
        .map(|operation| {
            let operation = operation.as_object().ok_or_else(form)?;
            let op = field(operation, "op");
            let deed = match op.as_ref().and_then(Value::as_str).map(str::to_ascii_lowercase) {
                Some(op) if op == "add" => Deed::Add,
                Some(op) if op == "replace" => Deed::Replace,
                Some(op) if op == "remove" => Deed::Remove,
                _ => return Err(bad("invalidSyntax", "`op` is add, replace or remove")),
            };
            let path = match field(operation, "path") {
                None | Some(Value::Null) => None,
                Some(Value::String(path)) => Some(checked(schema, &path)?),
                Some(_) => return Err(bad("invalidPath", "`path` is a text")),
            };
            let value = field(operation, "value");
            match (deed, &path, &value) {
                (Deed::Remove, None, _) => return Err(bad("noTarget", "`remove` needs a path")),
                (Deed::Add | Deed::Replace, _, None) => {
                    return Err(bad("invalidValue", "`add` and `replace` need a value"));
                }
                _ => {}
            }
            Ok(Operation { deed, path, value })
        })
        .collect()
}

/// Makes the changes on a resource in the schema's form.
///
/// # Errors
/// When one of them cannot be made; then none is.
pub fn apply(
    schema: &Schema,
    resource: &Map<String, Value>,
    operations: &[Operation],
) -> Result<Map<String, Value>, Fault> {
    let mut changed = resource.clone();
    for operation in operations {
        apply::one(schema, &mut changed, operation)?;
    }
    Ok(changed)
}

fn form() -> Fault {
    bad(
        "invalidSyntax",
        format!("a PATCH is of `{MESSAGE}` and has operations"),
    )
}

/// A path that leads to something clients may write.
fn checked(schema: &Schema, text: &str) -> Result<Path, Fault> {
    let wrong = || {
        bad(
            "invalidPath",
            format!("there is nothing to be written at `{}`", shown(text)),
        )
    };
    let path = Path::parse(text).map_err(|error| bad("invalidPath", error.to_string()))?;
    if path
        .attribute
        .schema
        .as_deref()
        .is_some_and(|urn| !schema.is(urn))
    {
        return Err(wrong());
    }
    let definition = named(schema.attributes, &path.attribute.name).ok_or_else(wrong)?;
    let sub = path.attribute.sub.as_ref().or(path.sub.as_ref());
    let sub = match sub {
        Some(sub) => Some(named(definition.subs, sub).ok_or_else(wrong)?),
        None => None,
    };
    let read = |mutability| mutability == Mutability::Read;
    if read(definition.mutability) || sub.is_some_and(|sub| read(sub.mutability)) {
        return Err(bad(
            "mutability",
            format!("`{}` is written by this server only", shown(text)),
        ));
    }
    if let Some(filter) = &path.filter {
        if !definition.many {
            return Err(wrong());
        }
        filter
            .check(definition.subs)
            .map_err(|attribute| bad("invalidFilter", format!("`{attribute}` cannot be compared so")))?;
    }
    Ok(path)
}

fn shown(text: &str) -> String {
    text.chars().take(100).filter(|c| !c.is_control()).collect()
}
