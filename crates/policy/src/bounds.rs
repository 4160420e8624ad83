//! What a guardrail forbids whatever the circumstances are, and what it may forbid under some.
//!
//! In a condition, each part that looks at an unknown circumstance is replaced by the answer that makes the whole
//! stronger or weaker: true or false, the other way round under a negation. What the stronger form does not forbid, the
//! guardrail never does; what the weaker form forbids, it always does.

use crate::{
    guardrails::{CheckedGuardrail, GuardrailError},
    looks::Looks,
};
use cedar_policy::{Policy, PolicyId};
use serde_json::{Map, Value, json};

/// Which way unknown circumstances are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// All that it may forbid.
    Possibly,
    /// Only what it forbids in any case.
    Certainly,
}

impl CheckedGuardrail {
    /// The guardrail with the circumstances in `unknown` taken one way.
    ///
    /// # Errors
    /// When the engine's own form of the policy does not read back, which is a defect.
    pub fn bounded(&self, bound: Bound, unknown: Looks) -> Result<Self, GuardrailError> {
        let broken = |error: &dyn std::fmt::Display| GuardrailError::Syntax(error.to_string());
        let mut policy = self.policy.to_json().map_err(|error| broken(&error))?;
        if let Some(Value::Array(conditions)) = policy.get_mut("conditions") {
            for condition in conditions {
                let stronger = condition.get("kind").is_some_and(|kind| kind == "when");
                let up = stronger == (bound == Bound::Possibly);
                if let Some(body) = condition.get_mut("body") {
                    *body = taken(body, up, unknown);
                }
            }
        }
        let looks = Looks::of(&policy);
        let policy = Policy::from_json(Some(PolicyId::new("guardrail")), policy);
        Ok(Self {
            policy: policy.map_err(|error| broken(&error))?,
            looks,
            ..self.clone()
        })
    }
}

/// A boolean expression in which every unknown part is the answer that brings the whole up or down.
fn taken(expression: &Value, up: bool, unknown: Looks) -> Value {
    if !Looks::of(expression).meets(unknown) {
        return expression.clone();
    }
    let Some((operator, inner)) = expression.as_object().and_then(|fields| fields.iter().next()) else {
        return json!({ "Value": up });
    };
    let part = |name: &str, up: bool| taken(inner.get(name).unwrap_or(&Value::Null), up, unknown);
    match operator.as_str() {
        "&&" | "||" => named(
            operator,
            json!({ "left": part("left", up), "right": part("right", up) }),
        ),
        "!" => named("!", json!({ "arg": part("arg", !up) })),
        "if-then-else" => {
            let asked = inner.get("if").unwrap_or(&Value::Null);
            if Looks::of(asked).meets(unknown) {
                let either = if up { "||" } else { "&&" };
                named(
                    either,
                    json!({ "left": part("then", up), "right": part("else", up) }),
                )
            } else {
                named(
                    operator,
                    json!({ "if": asked, "then": part("then", up), "else": part("else", up) }),
                )
            }
        }
        _ => json!({ "Value": up }),
    }
}

fn named(operator: &str, inner: Value) -> Value {
    Value::Object(Map::from_iter([(operator.to_owned(), inner)]))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::guardrails::validate_guardrail;

    fn conditions(condition: &str, bound: Bound) -> String {
        let text = format!("forbid (principal, action, resource) {condition};");
        let bounded = validate_guardrail(&text)
            .unwrap()
            .bounded(bound, Looks::ALL)
            .unwrap();
        let text = bounded.policy.to_cedar().unwrap();
        let (_, rest) = text.split_once(')').unwrap();
        rest.trim_end_matches(';')
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn unknown_parts_are_taken_one_way() {
        use Bound::{Certainly, Possibly};
        let factor = "when { resource.class == \"production\" && !context.multi_factor }";
        assert_eq!(
            conditions(factor, Possibly),
            "when { (resource.class == \"production\") && (!false) }"
        );
        assert_eq!(
            conditions(factor, Certainly),
            "when { (resource.class == \"production\") && (!true) }"
        );
        let unless = "unless { context.multi_factor || resource.class == \"staging\" }";
        assert_eq!(
            conditions(unless, Possibly),
            "when { !(false || (resource.class == \"staging\")) }"
        );
        assert_eq!(
            conditions(unless, Certainly),
            "when { !(true || (resource.class == \"staging\")) }"
        );
        let either =
            "when { if context.enrolled_device then resource.class == \"a\" else resource.class == \"b\" }";
        assert!(conditions(either, Possibly).contains("||"));
        assert!(conditions(either, Certainly).contains("&&"));
        let known = "when { resource.class == \"production\" }";
        assert_eq!(conditions(known, Possibly), conditions(known, Certainly));
    }
}
