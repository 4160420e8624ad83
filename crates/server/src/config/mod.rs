//! The server's configuration, parsed once into types that cannot be wrong.
//!
//! Settings come from `server.toml`, then from the environment (`CLAVIGER_OIDC__ISSUER` for `oidc.issuer`), then from
//! systemd credentials (files in `$CREDENTIALS_DIRECTORY` named like the setting); the later wins.

mod connectors;
mod limits;
mod oidc;
mod origin;
mod provisioning;
mod settings;
mod sources;
mod told;
mod transit;

pub use connectors::{ConnectorConfig, ConnectorWay, MatchBy};
pub use origin::{Origin, OriginError};
pub use sources::{ConfigError, Sources};
pub use told::{Mail, MailTls, WebhookRules};

use crate::keys::root::{Home, Transit};
use claviger_model::{connected::SystemName, name::Name, network::Network};
use claviger_storage::Database;
use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, time::Duration};

/// Everything that can be configured.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// How clients name this server; proofs are compared with it (rule 2). None: as it listens, on loopback.
    pub public_origin: Option<Origin>,
    /// Where the tables are.
    pub database: Database,
    /// Connections to it at most.
    pub connections: u32,
    /// Where the root key is; outside of the data directory, so that no backup has both.
    pub root: Home,
    /// The transit engine that may wrap it.
    pub transit: Option<Transit>,
    /// Certificate and key; needed beyond loopback.
    pub tls: Option<Tls>,
    /// The identity provider.
    pub oidc: Oidc,
    /// What the provider may say through SCIM.
    pub scim: Scim,
    /// What the organization is called when the database is founded.
    pub organization: Name,
    /// Proxies whose `X-Forwarded-For` counts (rule 15).
    pub trusted_proxies: Vec<Network>,
    /// Limits.
    pub limits: Limits,
    /// How long answered requests are kept, from the end of what they gave.
    pub requests_kept: Duration,
    /// How long the openings of the log are kept: names, addresses and reasons (rule 17). None: for ever.
    pub openings_kept: Option<Duration>,
    /// The mail server that notices go through. None: no e-mail.
    pub mail: Option<Mail>,
    /// Where people have accounts of their own, by what it is called here.
    pub connectors: BTreeMap<SystemName, ConnectorConfig>,
    /// Where webhooks may be.
    pub webhooks: WebhookRules,
    /// Whether numbers for Prometheus are told at `/metrics`, to whoever can reach this server.
    pub metrics: bool,
    /// How the log is written to the standard error.
    pub log: LogFormat,
}

/// TLS by files in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// The chain, leaf first.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// The identity provider, found by discovery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oidc {
    /// Its issuer, exactly as it stands in ID tokens.
    pub issuer: String,
    /// Our client there.
    pub client_id: String,
    /// The claim that lists a person's groups.
    pub groups_claim: String,
    /// Values of `acr` that say that several factors were used; asked for in a step-up (RFC 9470).
    pub multi_factor_acr: Vec<String>,
    /// What clients ask for.
    pub scopes: Vec<String>,
    /// How far its clock may be ahead of or behind ours.
    pub leeway: Duration,
    /// A PEM file with the certificate authority of the provider, when it is not a public one.
    pub certificate_authority: Option<PathBuf>,
    /// How often a session must be vouched for anew (rule 3); an hour at most.
    pub reassert: Duration,
}

/// How the provider's SCIM client and its sign-ins speak of the same people and groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scim {
    /// The claim of ID tokens that says what `externalId` says; immutable at the provider (rule 4).
    pub claim: String,
    /// Whether groups are taken from SCIM, and from SCIM alone; otherwise from the groups claim alone.
    pub groups: bool,
    /// What a group is mapped to a team by.
    pub groups_by: GroupsBy,
}

/// What names a group in the mappings to teams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroupsBy {
    /// What the provider calls it.
    #[default]
    DisplayName,
    /// The provider's own id of it.
    ExternalId,
}

/// Limits that protect the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest body, in bytes.
    pub body_bytes: usize,
    /// Calls without a token in a second from one address, lastingly.
    pub unauthenticated_per_second: u32,
    /// And at once.
    pub unauthenticated_burst: u32,
    /// Calls of enrolled devices without a session, in a second from one address; one device alone may call as often as an
    /// address without a token.
    pub devices_per_second: u32,
    /// And at once.
    pub devices_burst: u32,
    /// How long running calls may take to end when the server stops.
    pub shutdown: Duration,
}

/// The form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One object a line.
    Json,
}

#[cfg(test)]
mod tests;
