//! Forty people in eight teams, and two service identities.

use super::stream;
use claviger_model::{ids::PrincipalId, scope::EnvironmentClass};

/// A team and its people; the first leads it.
#[derive(Debug, Clone, Copy)]
pub struct Team {
    /// Its name, also the provider's group.
    pub name: &'static str,
    /// Projects that it runs.
    pub projects: &'static [&'static str],
    /// Its people.
    pub people: &'static [&'static str],
}

/// The teams.
pub const TEAMS: &[Team] = &[
    Team {
        name: "Payments",
        projects: &["payments", "partners"],
        people: &[
            "Mara Okafor",
            "Jonas Keller",
            "Aoife Byrne",
            "Dmitri Volkov",
            "Salma Idrissi",
            "Henrik Lund",
        ],
    },
    Team {
        name: "Ledger",
        projects: &["ledger"],
        people: &["Ines Moreau", "Kwame Mensah", "Yuki Tanaka", "Bruno Carvalho"],
    },
    Team {
        name: "Storefront",
        projects: &["storefront", "website"],
        people: &[
            "Tomás Reyes",
            "Freja Nielsen",
            "Arjun Nair",
            "Chloé Lambert",
            "Oleh Bondar",
            "Nia Roberts",
        ],
    },
    Team {
        name: "Data",
        projects: &["data-platform", "search"],
        people: &[
            "Priya Raman",
            "Emeka Obi",
            "Hannah Weiss",
            "Luca Ferrari",
            "Mei-Ling Chen",
        ],
    },
    Team {
        name: "Platform",
        projects: &["observability", "identity", "sandbox"],
        people: &[
            "Lin Sato",
            "Viktor Hansen",
            "Rosa Delgado",
            "Adaeze Eze",
            "Piotr Nowak",
            "Sofia Papadaki",
        ],
    },
    Team {
        name: "Mobile",
        projects: &["mobile", "notifications"],
        people: &[
            "Leila Haddad",
            "Noah Fischer",
            "Anjali Gupta",
            "Mateo Silva",
            "Saoirse Walsh",
        ],
    },
    Team {
        name: "Security",
        projects: &[],
        people: &["Samir Haddad", "Greta Lindqvist", "Tariq Aziz", "Elena Popescu"],
    },
    Team {
        name: "People Operations",
        projects: &[],
        people: &["Ruth Adler", "Diego Morales", "Ama Serwaa", "Clara Jensen"],
    },
];

/// A service identity of the demonstration.
#[derive(Debug, Clone, Copy)]
pub struct Service {
    /// Its name.
    pub name: &'static str,
    /// What it may touch.
    pub class: EnvironmentClass,
    /// The team that owns it.
    pub team: &'static str,
    /// Where it was made, by path.
    pub home: &'static str,
}

/// The service identities.
pub const SERVICES: &[Service] = &[
    Service {
        name: "payments-deploy",
        class: EnvironmentClass::Production,
        team: "Payments",
        home: "payments/production",
    },
    Service {
        name: "payments-ci",
        class: EnvironmentClass::Testing,
        team: "Payments",
        home: "payments/ci",
    },
];

/// Who has founded the demonstration server: its first Owner.
pub const FOUNDER: &str = "Samir Haddad";
/// Whom the demonstration is told around: a developer of Payments.
pub const DEVELOPER: &str = "Aoife Byrne";
/// Somebody from outside, with an end date.
pub const OUTSIDE: &str = "Henrik Lund";
/// The auditor.
pub const AUDITOR: &str = "Elena Popescu";
/// The offboarding admin.
pub const OFFBOARDER: &str = "Ruth Adler";

/// The id of a person, team or service.
pub fn id(name: &str) -> PrincipalId {
    PrincipalId::random(&stream(&format!("principal/{name}")))
}

/// The provider's subject for a person: opaque, never the address.
pub fn subject(name: &str) -> String {
    let id = id(name).to_string();
    format!("nw-{}", id.split('-').next().unwrap_or_default())
}

/// A person's address, in ASCII.
pub fn email(name: &str) -> String {
    let plain: String = name
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            'á' | 'à' | 'â' => Some('a'),
            'é' | 'è' | 'ê' => Some('e'),
            ' ' => Some('.'),
            c if c.is_ascii_alphanumeric() || c == '-' => Some(c),
            _ => None,
        })
        .collect();
    format!("{plain}@northwind.example")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn forty_people_in_eight_teams_each_once() {
        let people: Vec<_> = TEAMS.iter().flat_map(|team| team.people).collect();
        assert_eq!((TEAMS.len(), people.len()), (8, 40));
        let ids: BTreeSet<_> = people.iter().map(|name| id(name)).collect();
        let emails: BTreeSet<_> = people.iter().map(|name| email(name)).collect();
        assert_eq!((ids.len(), emails.len()), (40, 40));
        for name in [FOUNDER, DEVELOPER, OUTSIDE, AUDITOR, OFFBOARDER] {
            assert!(people.iter().any(|person| **person == name), "{name}");
        }
        assert_eq!(email("Tomás Reyes"), "tomas.reyes@northwind.example");
    }
}
