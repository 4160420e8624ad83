//! A company with as many secrets as wanted; the same each time.

use claviger_model::{
    action::Action,
    ids::{PrincipalId, ScopeId, SecretId},
    principal::{PrincipalKind, PrincipalState},
    scope::{Discoverable, EnvironmentClass, Scope, ScopePath},
    secret::{Description, Secret, SecretKind, Variable},
    time::Timestamp,
};
use claviger_protocol::{
    principals::PrincipalRecord,
    secrets::SecretRecord,
    sync::{Entitlement, ScopeRights},
};

const TEAMS: &[&str] = &[
    "payments", "ledger", "platform", "identity", "search", "mobile", "data", "growth", "support", "risk",
];
const ENVIRONMENTS: &[(&str, EnvironmentClass)] = &[
    ("production", EnvironmentClass::Production),
    ("staging", EnvironmentClass::Staging),
    ("development", EnvironmentClass::Development),
];
const SERVICES: &[&str] = &[
    "stripe",
    "postgres",
    "kafka",
    "redis",
    "github",
    "datadog",
    "sendgrid",
    "twilio",
    "salesforce",
    "snowflake",
    "archive",
    "proxy",
];
const KINDS: &[&str] = &[
    "secret key",
    "api token",
    "database url",
    "password",
    "webhook secret",
    "client secret",
    "private key",
    "tls certificate",
];
const PEOPLE: &[&str] = &[
    "Mara Okafor",
    "Lin Sato",
    "Inès Moreau",
    "Ana Lima",
    "Aoife Byrne",
    "Tomás Duarte",
    "Jun Park",
    "Ida Holm",
];
const TAGS: &[&str] = &["billing", "pci", "third party", "quarterly", "shared"];

fn scope_id(n: usize) -> ScopeId {
    ScopeId::from_bytes((n as u128 | 1 << 120).to_be_bytes())
}

fn person_id(n: usize) -> PrincipalId {
    PrincipalId::from_bytes((n as u128 | 1 << 121).to_be_bytes())
}

/// Everything may be done everywhere, in every service's scope below every environment.
pub fn entitlement() -> Entitlement {
    let scope = |n: usize, parent: Option<usize>, path: ScopePath, class| Scope {
        id: scope_id(n),
        parent: parent.map(scope_id),
        path,
        class,
        discoverable: Discoverable::Nobody,
        lease_seconds: None,
    };
    let mut scopes = vec![scope(0, None, ScopePath::root(), None)];
    for team in TEAMS {
        let at = scopes.len();
        scopes.push(scope(at, Some(0), team.parse().unwrap(), None));
        for (environment, class) in ENVIRONMENTS {
            let below = scopes.len();
            let path = format!("{team}/{environment}");
            scopes.push(scope(below, Some(at), path.parse().unwrap(), Some(*class)));
            for service in SERVICES {
                let path = format!("{path}/{service}").parse().unwrap();
                scopes.push(scope(scopes.len(), Some(below), path, None));
            }
        }
    }
    let mut entitlement = Entitlement {
        digest: Vec::new().into(),
        scopes,
        rights: vec![ScopeRights {
            scope: scope_id(0),
            actions: vec![Action::SecretView, Action::SecretUse, Action::SecretReveal],
            lease_ms: Some(8 * 3_600_000),
        }],
        grants: Vec::new(),
        roles: Vec::new(),
        principals: people(),
        looks_afresh: false,
        valid_until: None,
    };
    entitlement.digest = entitlement.computed_digest().unwrap();
    entitlement
}

pub fn people() -> Vec<PrincipalRecord> {
    let person = |(n, name): (usize, &&str)| PrincipalRecord {
        id: person_id(n),
        kind: PrincipalKind::Person,
        name: (*name).to_owned(),
        email: Some(format!("{}@example.com", name.to_lowercase().replace(' ', "."))),
        state: PrincipalState::Active,
        class: None,
        teams: Vec::new(),
    };
    PEOPLE.iter().enumerate().map(person).collect()
}

/// The secret of a number, changed so many times.
pub fn secret(n: usize, revision: u64, at: Timestamp) -> SecretRecord {
    // Spread, and the same each time.
    let mixed = (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
    let pick = |digit: u64, from: usize| usize::try_from((mixed >> (digit * 5)) % from as u64).unwrap();
    let (service, kind) = (pick(0, SERVICES.len()), KINDS[pick(1, KINDS.len())]);
    let name = format!("{} {kind} {}", SERVICES[service], n % 97);
    let variable = name.to_uppercase().replace(' ', "_");
    let (team, environment) = (pick(2, TEAMS.len()), pick(3, ENVIRONMENTS.len()));
    let below = ENVIRONMENTS.len() * (SERVICES.len() + 1) + 1;
    let scope = 1 + team * below + 1 + environment * (SERVICES.len() + 1) + 1 + service;
    let mut tags = vec![TAGS[pick(4, TAGS.len())].parse().unwrap()];
    if revision > 1 {
        tags.push(format!("changed{revision}").parse().unwrap());
    }
    SecretRecord {
        secret: Secret {
            id: SecretId::from_bytes((n as u128 | 1 << 122).to_be_bytes()),
            scope: scope_id(scope),
            description: Description {
                name: name.parse().unwrap(),
                variable: (pick(5, 10) > 0).then(|| Variable::parse(&variable).unwrap()),
                kind: SecretKind::ApiKey,
                owner: Some(person_id(pick(6, PEOPLE.len()))),
                tags,
                note: String::new(),
                rotate_after_days: Some(90),
                expires_at: None,
            },
            version: 1,
            created_at: at,
            changed_at: at,
            deleted_at: None,
        },
        revision,
        size: 42,
    }
}
