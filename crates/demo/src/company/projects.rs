//! Twelve projects with their environments.

use super::{people::TEAMS, stream};
use claviger_model::{ids::ScopeId, scope::EnvironmentClass};

/// A project and the folders within its environments.
#[derive(Debug, Clone, Copy)]
pub struct Project {
    /// One segment.
    pub name: &'static str,
    /// Beyond production, staging and development.
    pub more: &'static [(&'static str, Option<EnvironmentClass>)],
}

const PREVIEW: (&str, Option<EnvironmentClass>) = ("preview", Some(EnvironmentClass::Sandbox));
const TESTING: (&str, Option<EnvironmentClass>) = ("ci", Some(EnvironmentClass::Testing));
/// Nobody said what it is for, so that it counts as production.
const UNCLASSIFIED: (&str, Option<EnvironmentClass>) = ("migration", None);

/// The environments that every project has.
pub const ENVIRONMENTS: &[(&str, Option<EnvironmentClass>)] = &[
    ("production", Some(EnvironmentClass::Production)),
    ("staging", Some(EnvironmentClass::Staging)),
    ("development", Some(EnvironmentClass::Development)),
];

/// The projects.
pub const PROJECTS: &[Project] = &[
    Project {
        name: "payments",
        more: &[TESTING],
    },
    Project {
        name: "ledger",
        more: &[UNCLASSIFIED],
    },
    Project {
        name: "storefront",
        more: &[PREVIEW],
    },
    Project {
        name: "data-platform",
        more: &[],
    },
    Project {
        name: "identity",
        more: &[TESTING],
    },
    Project {
        name: "notifications",
        more: &[],
    },
    Project {
        name: "search",
        more: &[],
    },
    Project {
        name: "mobile",
        more: &[PREVIEW],
    },
    Project {
        name: "partners",
        more: &[],
    },
    Project {
        name: "observability",
        more: &[],
    },
    Project {
        name: "website",
        more: &[PREVIEW],
    },
    Project {
        name: "sandbox",
        more: &[],
    },
];

impl Project {
    /// All its environments.
    pub fn environments(&self) -> impl Iterator<Item = (&'static str, Option<EnvironmentClass>)> {
        ENVIRONMENTS.iter().chain(self.more).copied()
    }

    /// The team that runs it.
    pub fn team(&self) -> Option<&'static str> {
        TEAMS
            .iter()
            .find(|team| team.projects.contains(&self.name))
            .map(|team| team.name)
    }
}

/// The id of the scope at a path.
pub fn id(path: &str) -> ScopeId {
    ScopeId::random(&stream(&format!("scope/{path}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_projects_with_three_or_four_environments_and_a_team_each() {
        assert_eq!(PROJECTS.len(), 12);
        for project in PROJECTS {
            assert!(
                (3..=4).contains(&project.environments().count()),
                "{}",
                project.name
            );
            assert!(project.team().is_some(), "{}", project.name);
        }
    }
}
