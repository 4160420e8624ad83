//! About six hundred secrets of every kind.

use super::{
    below,
    projects::{self, PROJECTS, Project},
    stream,
};
use claviger_model::{
    ids::{ScopeId, SecretId},
    scope::EnvironmentClass,
    secret::SecretKind,
};

/// A secret as it recurs in many environments.
#[derive(Debug, Clone, Copy)]
pub struct Template {
    /// Its name.
    pub name: &'static str,
    /// The variable under which it is injected.
    pub variable: Option<&'static str>,
    /// What it is.
    pub kind: SecretKind,
    /// The folder below the environment; empty for none.
    pub folder: &'static str,
    /// Its tags.
    pub tags: &'static [&'static str],
    /// What people should know.
    pub note: &'static str,
    /// Projects that have it; empty for all.
    pub only: &'static [&'static str],
}

const fn template(
    name: &'static str,
    variable: Option<&'static str>,
    kind: SecretKind,
    folder: &'static str,
) -> Template {
    Template {
        name,
        variable,
        kind,
        folder,
        tags: &[],
        note: "",
        only: &[],
    }
}

impl Template {
    const fn only(mut self, projects: &'static [&'static str]) -> Self {
        self.only = projects;
        self
    }
    const fn tags(mut self, tags: &'static [&'static str]) -> Self {
        self.tags = tags;
        self
    }
    const fn note(mut self, note: &'static str) -> Self {
        self.note = note;
        self
    }
}

use SecretKind::{ApiKey, Certificate, ConnectionString, Generic, KeyPair, OneTimeCode, Password};

/// What an environment is made of.
pub const TEMPLATES: &[Template] = &[
    template("Main database", Some("DATABASE_URL"), ConnectionString, "postgres").tags(&["database"]),
    template("Main database, read only", Some("DATABASE_READ_URL"), ConnectionString, "postgres")
        .tags(&["database", "analytics"]),
    template("Migration user", Some("DATABASE_MIGRATION_URL"), ConnectionString, "postgres")
        .tags(&["database"])
        .note("May change tables. Only the deploy job uses it."),
    template("Cache", Some("REDIS_URL"), ConnectionString, "cache"),
    template("Message broker password", Some("BROKER_PASSWORD"), Password, "queue"),
    template("Error reporting", Some("SENTRY_DSN"), Generic, ""),
    template("Metrics key", Some("METRICS_API_KEY"), ApiKey, "").tags(&["monitoring"]),
    template("Session signing key", Some("SESSION_SIGNING_KEY"), KeyPair, "auth"),
    template("Feature flags key", Some("FLAGS_SDK_KEY"), ApiKey, ""),
    template("Object storage key", Some("STORAGE_SECRET_KEY"), ApiKey, "storage").tags(&["terraform"]),
    template("Mail relay password", Some("SMTP_PASSWORD"), Password, "mail"),
    template("Internal service certificate", None, Certificate, "network").tags(&["mtls"]),
    template("Deploy SSH key pair", None, KeyPair, "deploy"),
    template("Stripe secret key", Some("STRIPE_SECRET_KEY"), ApiKey, "stripe")
        .only(&["payments"])
        .tags(&["restricted", "charges:write"])
        .note("Restricted key for the checkout service. Refunds have a key of their own; ask Mara before widening this one."),
    template("Stripe webhook secret", Some("STRIPE_WEBHOOK_SECRET"), Generic, "stripe").only(&["payments"]),
    template("Adyen key", Some("ADYEN_API_KEY"), ApiKey, "adyen").only(&["payments"]),
    template("Payout approval key", Some("PAYOUT_APPROVAL_KEY"), ApiKey, "payouts").only(&["payments"]),
    template("Payouts SSH key pair", None, KeyPair, "payouts").only(&["payments"]),
    template("Card network client certificate", None, Certificate, "network").only(&["payments"]),
    template("Tax service token", Some("TAX_SERVICE_TOKEN"), ApiKey, "tax").only(&["payments", "ledger"]),
    template("Bank file transfer password", Some("BANK_SFTP_PASSWORD"), Password, "bank").only(&["ledger"]),
    template("Bank console, one-time codes", None, OneTimeCode, "bank").only(&["ledger"]),
    template("Warehouse", Some("WAREHOUSE_URL"), ConnectionString, "warehouse").only(&["data-platform", "search"]),
    template("Search cluster", Some("SEARCH_CLUSTER_URL"), ConnectionString, "cluster").only(&["search", "storefront"]),
    template("Push certificate", None, Certificate, "push").only(&["mobile", "notifications"]),
    template("Text message gateway", Some("SMS_GATEWAY_TOKEN"), ApiKey, "sms").only(&["notifications"]),
    template("Content delivery key", Some("CDN_PURGE_KEY"), ApiKey, "").only(&["storefront", "website"]),
    template("Partner exchange key", Some("PARTNER_EXCHANGE_KEY"), ApiKey, "").only(&["partners"]),
    template("Directory bind password", Some("LDAP_BIND_PASSWORD"), Password, "directory").only(&["identity"]),
    template("Admin console, one-time codes", None, OneTimeCode, "admin").only(&["identity", "observability"]),
];

/// A secret of the company.
#[derive(Debug, Clone)]
pub struct Planned {
    /// Its id.
    pub id: SecretId,
    /// Its scope's path.
    pub path: String,
    /// That scope's id.
    pub scope: ScopeId,
    /// The project.
    pub project: &'static str,
    /// The environment.
    pub environment: &'static str,
    /// The environment's class.
    pub class: Option<EnvironmentClass>,
    /// What it is.
    pub template: Template,
}

/// Every secret, project by project.
pub fn all() -> Vec<Planned> {
    PROJECTS.iter().flat_map(of_project).collect()
}

fn of_project(project: &Project) -> Vec<Planned> {
    let mut planned = Vec::new();
    for (environment, class) in project.environments() {
        for template in TEMPLATES {
            if !template.only.is_empty() && !template.only.contains(&project.name) {
                continue;
            }
            let place = format!("{}/{environment}", project.name);
            // Not every environment has everything.
            let there = below(&stream(&format!("has/{place}/{}", template.name)), 20) != 0;
            if !there && environment != "production" {
                continue;
            }
            let path = if template.folder.is_empty() {
                place
            } else {
                format!("{place}/{}", template.folder)
            };
            planned.push(Planned {
                id: SecretId::random(&stream(&format!("secret/{path}/{}", template.name))),
                scope: projects::id(&path),
                path,
                project: project.name,
                environment,
                class,
                template: *template,
            });
        }
    }
    planned
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use claviger_model::{name::Name, scope::ScopePath, secret::Variable};
    use std::collections::BTreeSet;

    #[test]
    fn about_six_hundred_of_every_kind_with_valid_names() {
        let all = all();
        assert!((560..=660).contains(&all.len()), "{}", all.len());
        let kinds: BTreeSet<_> = all.iter().map(|planned| planned.template.kind).collect();
        assert_eq!(kinds.len(), 7);
        let ids: BTreeSet<_> = all.iter().map(|planned| planned.id).collect();
        assert_eq!(ids.len(), all.len());
        for planned in &all {
            Name::parse(planned.template.name).unwrap();
            ScopePath::parse(&planned.path).unwrap();
            if let Some(variable) = planned.template.variable {
                Variable::parse(variable).unwrap();
            }
        }
    }

    #[test]
    fn the_same_every_time() {
        assert_eq!(
            all().first().map(|planned| planned.id.to_string()),
            all().first().map(|planned| planned.id.to_string())
        );
    }
}
