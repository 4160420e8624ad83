//! What a guardrail looks at: it decides what Cedar is shown, and whether an answer can be kept.

use serde_json::Value;

/// Which circumstances a policy looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Looks {
    /// At the clock.
    pub now: bool,
    /// At whether the sign-in had more than one factor.
    pub multi_factor: bool,
    /// At its age.
    pub multi_factor_age: bool,
    /// At the device.
    pub enrolled_device: bool,
    /// At where the call comes from.
    pub source: bool,
    /// At whether the grant in question has an end.
    pub grant_ends: bool,
}

impl Looks {
    /// At everything.
    pub const ALL: Self = Self {
        now: true,
        multi_factor: true,
        multi_factor_age: true,
        enrolled_device: true,
        source: true,
        grant_ends: true,
    };

    /// By name, as policies write them.
    pub fn names(self) -> Vec<&'static str> {
        [
            ("now", self.now),
            ("multi_factor", self.multi_factor),
            ("multi_factor_age", self.multi_factor_age),
            ("enrolled_device", self.enrolled_device),
            ("source", self.source),
            ("grant_ends", self.grant_ends),
        ]
        .into_iter()
        .filter_map(|(name, looked_at)| looked_at.then_some(name))
        .collect()
    }

    /// At place or hour, which hinders a lease (rule 21).
    pub const fn hinders_lease(self) -> bool {
        self.now || self.source
    }

    /// At what changes between two calls of the same session at a moment nobody can tell beforehand.
    pub const fn hinders_cache(self) -> bool {
        self.now || self.source || self.multi_factor_age
    }

    /// Whether both look at something.
    pub(crate) const fn meets(self, other: Self) -> bool {
        self.now && other.now
            || self.multi_factor && other.multi_factor
            || self.multi_factor_age && other.multi_factor_age
            || self.enrolled_device && other.enrolled_device
            || self.source && other.source
            || self.grant_ends && other.grant_ends
    }

    pub(crate) const fn or(self, other: Self) -> Self {
        Self {
            now: self.now || other.now,
            multi_factor: self.multi_factor || other.multi_factor,
            multi_factor_age: self.multi_factor_age || other.multi_factor_age,
            enrolled_device: self.enrolled_device || other.enrolled_device,
            source: self.source || other.source,
            grant_ends: self.grant_ends || other.grant_ends,
        }
    }

    /// What a policy looks at, from Cedar's JSON form of it.
    pub(crate) fn of(policy: &Value) -> Self {
        let mut looks = Self::default();
        looks.walk(policy);
        looks
    }

    fn note(&mut self, attribute: &str) {
        match attribute {
            "now" => self.now = true,
            "multi_factor" => self.multi_factor = true,
            "multi_factor_age" => self.multi_factor_age = true,
            "enrolled_device" => self.enrolled_device = true,
            "source" => self.source = true,
            "grant_ends" => self.grant_ends = true,
            _ => *self = Self::ALL,
        }
    }

    // `context.x` is {".": {"left": {"Var": "context"}, "attr": "x"}}, `context has x`
    // likewise under "has". The whole context in any other place counts as looking at everything.
    fn walk(&mut self, node: &Value) {
        match node {
            Value::Object(fields) => {
                for (operator, inner) in fields {
                    let subject = inner.get("left").filter(|left| is_context(left));
                    match (operator.as_str(), subject, inner.get("attr")) {
                        ("." | "has", Some(_), Some(Value::String(attribute))) => self.note(attribute),
                        ("Var", _, _) if inner == "context" => *self = Self::ALL,
                        _ => self.walk(inner),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.walk(item)),
            _ => {}
        }
    }
}

fn is_context(node: &Value) -> bool {
    node.get("Var").is_some_and(|name| name == "context")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::guardrails::validate_guardrail;

    fn looks(condition: &str) -> Looks {
        validate_guardrail(&format!(
            "forbid (principal, action, resource) when {{ {condition} }};"
        ))
        .unwrap()
        .looks
    }

    #[test]
    fn what_a_policy_looks_at_is_found() {
        assert_eq!(looks("resource.class == \"production\""), Looks::default());
        assert_eq!(
            looks("!context.multi_factor"),
            Looks {
                multi_factor: true,
                ..Looks::default()
            }
        );
        let age = looks("context has multi_factor_age && context.multi_factor_age > 600");
        assert_eq!(
            age,
            Looks {
                multi_factor_age: true,
                ..Looks::default()
            }
        );
        let place = looks("context has source && !context.source.isInRange(ip(\"10.0.0.0/8\"))");
        assert!(place.source && place.hinders_lease() && place.hinders_cache() && !place.now);
        let freeze = looks(
            "context.now > datetime(\"2026-12-20\") && (if true then !context.enrolled_device else false)",
        );
        assert!(freeze.now && freeze.hinders_lease() && freeze.enrolled_device);
        let whole = looks("context == context");
        assert!(whole.now && whole.source);
    }
}
