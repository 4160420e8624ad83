//! Checking a guardrail's text against the schema.

use crate::{
    looks::Looks,
    problem::{Problem, Severity},
    schema::{PolicySchema, SchemaError},
};
use cedar_policy::{Effect, EntityUid, Policy, PolicyId, ValidationMode, Validator};
use claviger_model::{action::Action, guardrail::MAX_POLICY_BYTES, name};
use std::{collections::BTreeSet, sync::Arc};

/// Why a text cannot be a guardrail.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GuardrailError {
    /// More than [`MAX_POLICY_BYTES`].
    #[error("a policy cannot be longer than {MAX_POLICY_BYTES} bytes; this one has {0}")]
    TooLong(usize),
    /// It is not one Cedar policy.
    #[error("the text is not a Cedar policy: {0}")]
    Syntax(String),
    /// A guardrail takes away and never gives.
    #[error("a guardrail begins with `forbid`, never with `permit`")]
    Permits,
    /// Lists go by scope, so no policy may single out a secret.
    #[error("a guardrail cannot name a single secret; put it into a scope of its own")]
    NamesSecret,
    /// It speaks of what the schema does not know, or mixes up types.
    #[error("the policy does not fit the schema: {}", .0.join("; "))]
    Schema(Vec<String>),
}

/// A guardrail that can be used.
#[derive(Debug, Clone)]
pub struct CheckedGuardrail {
    /// What the validator finds odd, such as a condition that is never true.
    pub warnings: Vec<String>,
    /// What it looks at.
    pub looks: Looks,
    pub(crate) policy: Policy,
    /// The actions that it may forbid.
    pub actions: BTreeSet<Action>,
    /// The scopes that it names.
    pub(crate) scopes: Vec<EntityUid>,
    /// The people, teams and services that it names.
    pub(crate) principals: Vec<EntityUid>,
}

/// Checks texts against the schema.
#[derive(Debug)]
pub struct GuardrailChecker {
    validator: Validator,
    schema: Arc<PolicySchema>,
}

impl GuardrailChecker {
    /// Parses the schema.
    ///
    /// # Errors
    /// When the schema is broken, which its tests rule out.
    pub fn new() -> Result<Self, SchemaError> {
        let schema = PolicySchema::known()?;
        Ok(Self {
            validator: Validator::new(schema.cedar.clone()),
            schema,
        })
    }

    /// Checks one text: a single `forbid`, strictly valid.
    ///
    /// # Errors
    /// Says what is wrong with the text.
    pub fn check(&self, text: &str) -> Result<CheckedGuardrail, GuardrailError> {
        if text.len() > MAX_POLICY_BYTES {
            return Err(GuardrailError::TooLong(text.len()));
        }
        // A second owner approves what they see.
        if let Some(c) = text
            .chars()
            .find(|c| !matches!(c, '\n' | '\t' | '\r') && name::deceives(*c))
        {
            let shown = c.escape_unicode();
            return Err(GuardrailError::Syntax(format!(
                "the character {shown} cannot be seen, or turns what is seen"
            )));
        }
        let policy = Policy::parse(Some(PolicyId::new("guardrail")), text)
            .map_err(|error| GuardrailError::Syntax(error.to_string()))?;
        if policy.effect() != Effect::Forbid {
            return Err(GuardrailError::Permits);
        }
        let literals = policy.entity_literals();
        if literals.iter().any(|uid| *uid.type_name() == self.schema.secret) {
            return Err(GuardrailError::NamesSecret);
        }
        let warnings = self.validate(&policy)?;
        let json = policy
            .to_json()
            .map_err(|error| GuardrailError::Syntax(error.to_string()))?;
        let looks = Looks::of(&json);
        let environments: BTreeSet<String> = policy
            .get_valid_request_envs(&self.schema.cedar)
            .map(|environment| environment.action().id().unescaped().to_owned())
            .collect();
        let actions = environments
            .iter()
            .filter_map(|code| Action::from_code(code))
            .collect();
        let of_principals = [&self.schema.person, &self.schema.team, &self.schema.service];
        let (principals, others): (Vec<_>, Vec<_>) = literals
            .into_iter()
            .partition(|uid| of_principals.contains(&uid.type_name()));
        let scopes = others
            .into_iter()
            .filter(|uid| *uid.type_name() == self.schema.scope)
            .collect();
        Ok(CheckedGuardrail {
            warnings,
            looks,
            policy,
            actions,
            scopes,
            principals,
        })
    }

    /// All that is wrong or odd in a text, with places; nothing wrong means that [`Self::check`] takes it.
    pub fn examine(&self, text: &str) -> Vec<Problem> {
        let policy = match Policy::parse(Some(PolicyId::new("guardrail")), text) {
            _ if text.len() > MAX_POLICY_BYTES => {
                return vec![Problem::plain(GuardrailError::TooLong(text.len()).to_string())];
            }
            Ok(policy) => policy,
            Err(errors) => {
                return errors
                    .iter()
                    .map(|error| Problem::of(error, Severity::Error))
                    .collect();
            }
        };
        let mut found = Vec::new();
        if let Ok(set) = cedar_policy::PolicySet::from_policies([policy]) {
            let result = self.validator.validate(&set, ValidationMode::Strict);
            found.extend(
                result
                    .validation_errors()
                    .map(|error| Problem::of(error, Severity::Error)),
            );
            found.extend(
                result
                    .validation_warnings()
                    .map(|warning| Problem::of(warning, Severity::Warning)),
            );
        }
        // The same once for each kind of principal and place.
        let mut seen = BTreeSet::new();
        found.retain(|problem| {
            problem
                .span
                .is_none_or(|span| seen.insert((problem.severity, span)))
        });
        // What only this program asks of a guardrail, where the language has nothing against it.
        if !found.iter().any(|problem| problem.severity == Severity::Error)
            && let Err(error) = self.check(text)
        {
            found.push(match error {
                GuardrailError::Permits => Problem::at_word(text, "permit", error.to_string()),
                GuardrailError::NamesSecret => Problem::at_word(text, "Secret::", error.to_string()),
                other => Problem::plain(other.to_string()),
            });
        }
        found
    }

    fn validate(&self, policy: &Policy) -> Result<Vec<String>, GuardrailError> {
        let set = cedar_policy::PolicySet::from_policies([policy.clone()])
            .map_err(|error| GuardrailError::Syntax(error.to_string()))?;
        let result = self.validator.validate(&set, ValidationMode::Strict);
        let errors: Vec<_> = result.validation_errors().map(ToString::to_string).collect();
        if errors.is_empty() {
            Ok(result.validation_warnings().map(ToString::to_string).collect())
        } else {
            Err(GuardrailError::Schema(errors))
        }
    }
}

/// Checks one text; [`GuardrailChecker`] is quicker for many.
///
/// # Errors
/// Says what is wrong with the text.
pub fn validate_guardrail(text: &str) -> Result<CheckedGuardrail, GuardrailError> {
    GuardrailChecker::new()
        .map_err(|error| GuardrailError::Schema(vec![error.to_string()]))?
        .check(text)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn what_is_no_guardrail_is_refused() {
        let error = |text: &str| validate_guardrail(text).unwrap_err();
        assert_eq!(
            error("permit (principal, action, resource);"),
            GuardrailError::Permits
        );
        assert!(matches!(
            error("forbid (principal, action"),
            GuardrailError::Syntax(_)
        ));
        assert!(matches!(error(""), GuardrailError::Syntax(_)));
        for unseen in ['\0', '\u{202E}', '\u{200B}', '\u{1B}'] {
            let text = format!("forbid (principal, action, resource); // {unseen}");
            assert!(matches!(error(&text), GuardrailError::Syntax(_)), "{unseen:?}");
        }
        let two = "forbid (principal, action, resource); forbid (principal, action, resource);";
        assert!(matches!(error(two), GuardrailError::Syntax(_)));
        assert!(matches!(
            error("forbid (principal in ?principal, action, resource);"),
            GuardrailError::Syntax(_)
        ));
        for text in [
            r#"forbid (principal, action == Action::"secret.everything", resource);"#,
            "forbid (principal, action, resource) when { resource.colour == \"red\" };",
            "forbid (principal, action, resource) when { principal.outside };",
            "forbid (principal, action, resource) when { context.source.isLoopback() };",
            "forbid (principal, action, resource) when { context.now };",
            "forbid (principal is Robot, action, resource);",
        ] {
            assert!(matches!(error(text), GuardrailError::Schema(_)), "{text}");
        }
        let secret = r#"forbid (principal, action, resource == Secret::"x");"#;
        assert_eq!(error(secret), GuardrailError::NamesSecret);
        let inside = r#"forbid (principal, action, resource) when { resource == Secret::"x" };"#;
        assert_eq!(error(inside), GuardrailError::NamesSecret);
        assert_eq!(
            error(&" ".repeat(MAX_POLICY_BYTES + 1)),
            GuardrailError::TooLong(MAX_POLICY_BYTES + 1)
        );
    }

    #[test]
    fn the_actions_in_question_are_known() {
        let reads = validate_guardrail("forbid (principal, action in Action::\"read\", resource);").unwrap();
        assert_eq!(reads.actions, [Action::SecretUse, Action::SecretReveal].into());
        let all = validate_guardrail("forbid (principal, action, resource);").unwrap();
        assert_eq!(all.actions.len(), Action::ALL.len());
    }
}
