//! A place with what decisions and leases need of the scopes above it.

use claviger_model::{
    ids::ScopeId,
    scope::{EnvironmentClass, Scope},
};
use claviger_policy::question::Resource;
use std::time::Duration;

/// A scope and its chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The scope itself.
    pub scope: Scope,
    /// For the engine.
    pub resource: Resource,
    /// How long an offline copy of a value here may be kept by the scopes' settings (rule 21); zero = not at all.
    pub lease: Duration,
}

impl Place {
    /// Reads a chain: the scope, its parent, and so on up to the organization; none for an empty one.
    pub fn from_chain(chain: &[Scope]) -> Option<Self> {
        let scope = chain.first()?.clone();
        let class = chain.iter().find_map(|scope| scope.class);
        let set = chain.iter().find_map(|scope| scope.lease_seconds);
        let lease = match set {
            Some(seconds) => Duration::from_secs(seconds.into()),
            None => EnvironmentClass::effective(class).default_lease(),
        };
        let resource = Resource {
            secret: None,
            chain: chain.iter().map(|scope| scope.id).collect(),
            class,
        };
        Some(Self {
            scope,
            resource,
            lease,
        })
    }

    /// The scope's id.
    pub const fn id(&self) -> ScopeId {
        self.scope.id
    }

    /// How a secret here is called, for people: its path.
    pub fn path_of(&self, name: &claviger_model::name::Name) -> String {
        if self.scope.path.segments().is_empty() {
            name.to_string()
        } else {
            format!("{}/{name}", self.scope.path)
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use claviger_model::scope::{Discoverable, ScopePath};

    fn scope(number: u8, path: &str, class: Option<EnvironmentClass>, lease_seconds: Option<u32>) -> Scope {
        Scope {
            id: ScopeId::from_bytes([number; 16]),
            parent: number
                .checked_sub(1)
                .map(|parent| ScopeId::from_bytes([parent; 16])),
            path: ScopePath::parse(path).unwrap(),
            class,
            discoverable: Discoverable::Nobody,
            lease_seconds,
        }
    }

    #[test]
    fn the_nearest_setting_counts_then_the_class_and_no_class_is_production() {
        let development = Some(EnvironmentClass::Development);
        let chain = |class, outer, inner| {
            Place::from_chain(&[
                scope(3, "a/b/c", None, inner),
                scope(2, "a/b", class, outer),
                scope(1, "a", None, Some(60)),
                scope(0, "", None, None),
            ])
            .unwrap()
        };
        assert_eq!(chain(None, None, None).lease, Duration::from_secs(60));
        assert_eq!(chain(None, Some(0), None).lease, Duration::ZERO);
        assert_eq!(chain(None, Some(0), Some(5)).lease, Duration::from_secs(5));
        assert_eq!(chain(development, None, None).resource.class, development);
        let bare =
            |class| Place::from_chain(&[scope(2, "a/b", class, None), scope(1, "a", None, None)]).unwrap();
        assert_eq!(bare(None).lease, Duration::from_secs(8 * 3600));
        assert_eq!(bare(development).lease, Duration::from_secs(72 * 3600));
        assert_eq!(Place::from_chain(&[]), None);
    }
}
