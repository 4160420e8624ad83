//! What a guardrail can speak of, read from the schema: what an editor offers while somebody writes.

use crate::schema::{SchemaError, TEXT};
use cedar_policy::SchemaFragment;
use serde_json::Value;

/// All that can be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Language {
    /// Actions and groups of them, in order.
    pub actions: Vec<Word>,
    /// Kinds of principals and places.
    pub entities: Vec<Entity>,
    /// What is known of a call.
    pub context: Vec<Attribute>,
}

/// An action, or a group of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Its code.
    pub code: String,
    /// Whether it stands for several.
    pub group: bool,
}

/// A kind of principals or places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// As it is written.
    pub name: String,
    /// What is known of one.
    pub attributes: Vec<Attribute>,
    /// Kinds that one of it can be in.
    pub within: Vec<String>,
}

/// Something that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// As it is written.
    pub name: String,
    /// What it is, in the language's own word.
    pub kind: String,
    /// Whether one has to ask with `has` first.
    pub optional: bool,
}

impl Language {
    /// Reads it from the schema.
    ///
    /// # Errors
    /// When the schema is broken, which its tests rule out.
    pub fn read() -> Result<Self, SchemaError> {
        let (fragment, _) = SchemaFragment::from_cedarschema_str(TEXT).map_err(SchemaError::of)?;
        let json = fragment.to_json_value().map_err(SchemaError::of)?;
        // The schema has no namespace.
        let space = json
            .get("")
            .ok_or_else(|| SchemaError::of("it has a namespace"))?;
        let fields = |name: &str| {
            let object = space.get(name).and_then(Value::as_object);
            object.into_iter().flatten()
        };
        Ok(Self {
            actions: fields("actions")
                .map(|(code, action)| Word {
                    code: code.clone(),
                    group: texts(
                        action
                            .get("appliesTo")
                            .and_then(|applies| applies.get("principalTypes")),
                    )
                    .is_empty(),
                })
                .collect(),
            entities: fields("entityTypes")
                .map(|(name, entity)| Entity {
                    name: name.clone(),
                    attributes: attributes(entity.get("shape")),
                    within: texts(entity.get("memberOfTypes")),
                })
                .collect(),
            context: attributes(
                space
                    .get("commonTypes")
                    .and_then(|types| types.get("Circumstances")),
            ),
        })
    }
}

fn attributes(record: Option<&Value>) -> Vec<Attribute> {
    let known = record
        .and_then(|record| record.get("attributes"))
        .and_then(Value::as_object);
    let attribute = |(name, attribute): (&String, &Value)| Attribute {
        name: name.clone(),
        kind: kind(attribute),
        optional: attribute.get("required").and_then(Value::as_bool) == Some(false),
    };
    known.into_iter().flatten().map(attribute).collect()
}

/// `Bool`, `Long`, `String`, `datetime`, `ipaddr`; by name where it has one.
fn kind(attribute: &Value) -> String {
    let text = |key: &str| attribute.get(key).and_then(Value::as_str);
    match (text("name"), text("type")) {
        (Some(name), _) => name.strip_prefix("__cedar::").unwrap_or(name).to_owned(),
        (None, kind) => kind.unwrap_or_default().to_owned(),
    }
}

fn texts(list: Option<&Value>) -> Vec<String> {
    let list = list.and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::guardrails::validate_guardrail;
    use claviger_model::action::Action;

    #[test]
    fn what_is_offered_is_what_the_schema_has() {
        let language = Language::read().unwrap();
        let actions = language.actions.iter().filter(|word| !word.group);
        let mut codes: Vec<_> = actions.map(|word| word.code.as_str()).collect();
        codes.sort_unstable();
        let mut known: Vec<_> = Action::ALL.iter().map(|action| action.code()).collect();
        known.sort_unstable();
        assert_eq!(codes, known);
        let names: Vec<_> = language
            .entities
            .iter()
            .map(|entity| entity.name.as_str())
            .collect();
        assert_eq!(names, ["Person", "Scope", "Secret", "Service", "Team"]);
        let context: Vec<_> = language
            .context
            .iter()
            .map(|known| (known.name.as_str(), known.kind.as_str(), known.optional))
            .collect();
        assert_eq!(
            context,
            [
                ("enrolled_device", "Bool", false),
                ("grant_ends", "Bool", false),
                ("multi_factor", "Bool", false),
                ("multi_factor_age", "Long", true),
                ("now", "datetime", false),
                ("source", "ipaddr", true),
            ]
        );
    }

    #[test]
    fn everything_that_is_offered_can_be_written() {
        let language = Language::read().unwrap();
        for word in &language.actions {
            let text = format!(
                "forbid (principal, action in Action::\"{}\", resource);",
                word.code
            );
            assert!(validate_guardrail(&text).is_ok(), "{text}");
        }
        for known in &language.context {
            let text = format!(
                "forbid (principal, action, resource) when {{ context has {0} && context.{0} == context.{0} }};",
                known.name
            );
            assert!(validate_guardrail(&text).is_ok(), "{text}");
        }
    }
}
