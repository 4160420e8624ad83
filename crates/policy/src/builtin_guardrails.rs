//! The guardrails that come with the program, under ids that never change.

use claviger_model::{guardrail::Guardrail, ids::PolicyId, name::Name};

const fn well_known(number: u8) -> PolicyId {
    PolicyId::from_bytes([
        0xc1, 0xa7, 0x16, 0xe2, 0, 0, 0x80, 0, 0x80, 0, 0, 0, 0, 0, 1, number,
    ])
}

/// Service identities of other classes never touch production.
pub const PRODUCTION_FOR_ITS_OWN_SERVICES: PolicyId = well_known(1);
/// People from outside never touch values by a grant without an end.
pub const OUTSIDE_PEOPLE_WITH_AN_END: PolicyId = well_known(2);
/// People read production values only after a multi-factor sign-in.
pub const PRODUCTION_WITH_MULTI_FACTOR: PolicyId = well_known(3);
/// Service identities touch values in environments of their own class only.
pub const SERVICES_IN_THEIR_CLASS: PolicyId = well_known(4);

/// All of them, as they are on the first start.
pub fn all() -> Vec<Guardrail> {
    let own_services = include_str!("../guardrails/production-for-its-own-services.cedar");
    let outside = include_str!("../guardrails/outside-people-with-an-end.cedar");
    let multi_factor = include_str!("../guardrails/production-with-multi-factor.cedar");
    let own_class = include_str!("../guardrails/services-in-their-class.cedar");
    [
        builtin(
            PRODUCTION_FOR_ITS_OWN_SERVICES,
            "Production for its own services",
            own_services,
            true,
        ),
        builtin(
            OUTSIDE_PEOPLE_WITH_AN_END,
            "People from outside need an end",
            outside,
            true,
        ),
        builtin(
            PRODUCTION_WITH_MULTI_FACTOR,
            "Production needs multi-factor sign-in",
            multi_factor,
            true,
        ),
        builtin(
            SERVICES_IN_THEIR_CLASS,
            "Services stay in their class",
            own_class,
            true,
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

// The names are literals that parse; a test counts them.
fn builtin(id: PolicyId, name: &str, text: &str, enabled: bool) -> Option<Guardrail> {
    Some(Guardrail {
        id,
        name: Name::parse(name).ok()?,
        text: text.to_owned(),
        builtin: true,
        enabled,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::guardrails::GuardrailChecker;

    #[test]
    fn all_are_there_and_valid_without_a_warning() {
        let checker = GuardrailChecker::new().unwrap();
        let enabled: Vec<_> = all()
            .iter()
            .map(|guardrail| (guardrail.id, guardrail.enabled))
            .collect();
        let expected = [
            (PRODUCTION_FOR_ITS_OWN_SERVICES, true),
            (OUTSIDE_PEOPLE_WITH_AN_END, true),
            (PRODUCTION_WITH_MULTI_FACTOR, true),
            (SERVICES_IN_THEIR_CLASS, true),
        ];
        assert_eq!(enabled, expected);
        for guardrail in all() {
            assert!(
                checker.check(&guardrail.text).unwrap().warnings.is_empty(),
                "{}",
                guardrail.name
            );
        }
    }
}
