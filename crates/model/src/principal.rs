//! Principals: people, teams and service identities.

use crate::{
    ids::PrincipalId,
    name::{MAX_NAME_BYTES, Name},
    scope::EnvironmentClass,
};
use serde::{Deserialize, Serialize};

/// What a principal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PrincipalKind {
    /// A human being.
    Person,
    /// A set of principals; it holds grants but never acts.
    Team,
    /// A CI job, an application, a bot or an agent.
    Service,
}

/// Whether a principal can act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PrincipalState {
    /// Yes.
    Active,
    /// Not now: the identity provider refused, or somebody looks into it.
    Suspended,
    /// No more.
    Disabled,
}

/// What is known of a principal by its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Nature {
    /// A human being.
    Person {
        /// From another company: access to values needs an end.
        outside: bool,
    },
    /// A set of principals.
    Team,
    /// A service identity.
    Service {
        /// The only class of environments that it works in.
        class: EnvironmentClass,
        /// The team that answers for it.
        owner: PrincipalId,
    },
}

/// Somebody or something that can hold grants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// Never an e-mail address (rule 4).
    pub id: PrincipalId,
    /// What people read.
    pub name: Name,
    /// Whether it can act.
    pub state: PrincipalState,
    /// What it is.
    #[serde(flatten)]
    pub nature: Nature,
}

impl Principal {
    /// What it is, without details.
    pub const fn kind(&self) -> PrincipalKind {
        self.nature.kind()
    }

    /// Makes a name of what an identity provider sent: characters that no name may have become `-` or vanish, a
    /// long text is cut. None when nothing is left.
    pub fn name_from_provider(text: &str) -> Option<Name> {
        let allowed = |c: char| Name::parse(&format!("x{c}x")).is_ok();
        let kept = text
            .chars()
            .map(|c| if c == '/' { '-' } else { c })
            .filter(|c| allowed(*c));
        let mut name = String::new();
        for c in kept {
            if name.len() + c.len_utf8() > MAX_NAME_BYTES / 2 {
                break;
            }
            name.push(c);
        }
        Name::parse(name.trim()).ok()
    }
}

impl Nature {
    /// The kind alone.
    pub const fn kind(&self) -> PrincipalKind {
        match self {
            Self::Person { .. } => PrincipalKind::Person,
            Self::Team => PrincipalKind::Team,
            Self::Service { .. } => PrincipalKind::Service,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_providers_name_becomes_a_name() {
        let name = |text: &str| Principal::name_from_provider(text).map(|name| name.to_string());
        assert_eq!(name(" Ada\u{202E} Lovelace\n").as_deref(), Some("Ada Lovelace"));
        assert_eq!(name("R/D").as_deref(), Some("R-D"));
        assert_eq!(
            name("é".repeat(500).as_str()).unwrap().chars().count(),
            MAX_NAME_BYTES / 4
        );
        assert_eq!(name("\u{200B} "), None);
        assert_eq!(name(".."), None);
    }

    #[test]
    fn the_kind_is_written_beside_its_details() {
        let owner = PrincipalId::from_bytes([1; 16]);
        let principal = Principal {
            id: PrincipalId::from_bytes([2; 16]),
            name: Name::parse("ci").unwrap(),
            state: PrincipalState::Active,
            nature: Nature::Service {
                class: EnvironmentClass::Staging,
                owner,
            },
        };
        let json = serde_json::to_value(&principal).unwrap();
        assert_eq!(json.get("kind").unwrap(), "service");
        assert_eq!(json.get("class").unwrap(), "staging");
        assert_eq!(serde_json::from_value::<Principal>(json).unwrap(), principal);
    }
}
