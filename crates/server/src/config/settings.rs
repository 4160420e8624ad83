//! The settings as they are written, and how they become a [`Config`].

use super::{
    Config, ConfigError, LogFormat, Origin, Tls,
    connectors::{self, ConnectorSettings},
    limits::{LimitSettings, number},
    oidc::OidcSettings,
    provisioning::ScimSettings,
    told::{MailSettings, WebhookSettings},
    transit::TransitSettings,
};
use crate::keys::root::Home;
use claviger_model::{name::Name, network::Network};
use claviger_storage::{Database, postgres_url::PostgresTls};
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

/// Every setting, as credentials may be named.
pub(super) const NAMES: &[&str] = &[
    "listen",
    "public_origin",
    "database",
    "connections",
    "key_file",
    "root_key",
    "organization",
    "trusted_proxies",
    "log",
    "requests_kept_days",
    "openings_kept_days",
    "metrics",
    "database_tls.certificate_authority",
    "database_tls.allow_unverified",
    "tls.certificate",
    "tls.key",
    "oidc.issuer",
    "oidc.client_id",
    "oidc.groups_claim",
    "oidc.scopes",
    "oidc.leeway_seconds",
    "oidc.certificate_authority",
    "oidc.reassert_minutes",
    "oidc.multi_factor_acr",
    "scim.claim",
    "scim.groups",
    "scim.groups_by",
    "transit.address",
    "transit.mount",
    "transit.key",
    "transit.token_file",
    "transit.certificate_authority",
    "mail.host",
    "mail.port",
    "mail.tls",
    "mail.from",
    "mail.username",
    "mail.password_file",
    "mail.certificate_authority",
    "webhooks.allow",
    "webhooks.networks",
    "webhooks.certificate_authority",
    "limits.body_bytes",
    "limits.unauthenticated_per_second",
    "limits.unauthenticated_burst",
    "limits.devices_per_second",
    "limits.devices_burst",
    "limits.shutdown_seconds",
];

const DEFAULT_LISTEN: &str = "127.0.0.1:7420";
const DAY: Duration = Duration::from_secs(24 * 3600);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    listen: Option<String>,
    public_origin: Option<String>,
    database: Option<String>,
    connections: Option<u64>,
    key_file: Option<PathBuf>,
    root_key: Option<String>,
    organization: Option<String>,
    #[serde(default)]
    trusted_proxies: Vec<String>,
    #[serde(default)]
    log: LogFormat,
    requests_kept_days: Option<u64>,
    openings_kept_days: Option<u64>,
    #[serde(default)]
    metrics: bool,
    #[serde(default)]
    database_tls: DatabaseTlsSettings,
    #[serde(default)]
    tls: TlsSettings,
    #[serde(default)]
    oidc: OidcSettings,
    #[serde(default)]
    scim: ScimSettings,
    #[serde(default)]
    transit: TransitSettings,
    #[serde(default)]
    mail: MailSettings,
    #[serde(default)]
    webhooks: WebhookSettings,
    #[serde(default)]
    limits: LimitSettings,
    #[serde(default)]
    connectors: BTreeMap<String, ConnectorSettings>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct TlsSettings {
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct DatabaseTlsSettings {
    certificate_authority: Option<PathBuf>,
    #[serde(default)]
    allow_unverified: bool,
}

impl Settings {
    pub(super) fn parse(self, variable: impl Fn(&str) -> Option<String>) -> Result<Config, ConfigError> {
        let listen = self.listen.unwrap_or_else(|| DEFAULT_LISTEN.to_owned());
        let listen: SocketAddr = listen.parse().map_err(|_| ConfigError::Listen(listen))?;
        let tls = match (self.tls.certificate, self.tls.key) {
            (Some(certificate), Some(key)) => Some(Tls { certificate, key }),
            (None, None) => None,
            _ => return Err(ConfigError::HalfTls),
        };
        if tls.is_none() && !listen.ip().is_loopback() {
            return Err(ConfigError::InsecureListen(listen));
        }
        let public_origin = match self.public_origin {
            Some(text) => Some(Origin::parse(&text)?),
            None if tls.is_none() => None,
            None => return Err(ConfigError::Missing("public_origin")),
        };
        let data = || directory(&variable, "XDG_DATA_HOME", ".local/share");
        let database = match self.database {
            Some(text) => parse_database(text, self.database_tls)?,
            None => Database::Sqlite(data().ok_or(ConfigError::NoHome("database"))?.join("server.db")),
        };
        let transit = self.transit.parse()?;
        let root = match (self.root_key, self.key_file) {
            (Some(_), Some(_)) => return Err(ConfigError::TwoRoots),
            (Some(home), None) => Home::parse(&home, transit.as_ref())?,
            (None, Some(path)) => Home::File(path),
            (None, None) => Home::File(
                directory(&variable, "XDG_CONFIG_HOME", ".config")
                    .ok_or(ConfigError::NoHome("root_key"))?
                    .join("root.key"),
            ),
        };
        if matches!(database, Database::Postgres(_)) && root.is_of_one_session() {
            return Err(ConfigError::KeyringShared);
        }
        if let Some(file) = root.file() {
            refuse_key_beside_data(&database, file)?;
        }
        Ok(Config {
            listen,
            public_origin,
            database,
            connections: number("connections", self.connections, 8, 1, 1_000)?,
            root,
            transit,
            tls,
            oidc: self.oidc.parse()?,
            scim: self.scim.parse()?,
            organization: Name::parse(self.organization.as_deref().unwrap_or("Organization"))?,
            trusted_proxies: self
                .trusted_proxies
                .iter()
                .map(|text| Network::parse(text))
                .collect::<Result<_, _>>()?,
            limits: self.limits.parse()?,
            mail: self.mail.parse()?,
            webhooks: self.webhooks.parse()?,
            connectors: connectors::parse(self.connectors)?,
            log: self.log,
            metrics: self.metrics,
            openings_kept: match self.openings_kept_days {
                Some(days) => Some(DAY * number("openings_kept_days", Some(days), 0, 1, 36_500)?),
                None => None,
            },
            requests_kept: DAY * number("requests_kept_days", self.requests_kept_days, 730, 30, 36_500)?,
        })
    }
}

/// `postgres://…`, `sqlite:PATH`, or a path.
fn parse_database(text: String, tls: DatabaseTlsSettings) -> Result<Database, ConfigError> {
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        let tls = PostgresTls {
            certificate_authority: tls.certificate_authority,
            allow_unverified: tls.allow_unverified,
        };
        Ok(Database::postgres(&text, &tls)?)
    } else {
        let path = text.strip_prefix("sqlite:").unwrap_or(&text);
        Ok(Database::Sqlite(PathBuf::from(path)))
    }
}

fn refuse_key_beside_data(database: &Database, key_file: &Path) -> Result<(), ConfigError> {
    let Database::Sqlite(file) = database else {
        return Ok(());
    };
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (file, key_file) = (absolute(file), absolute(key_file));
    match file.parent() {
        Some(data) if key_file.starts_with(data) => Err(ConfigError::KeyBesideData(data.to_owned())),
        _ => Ok(()),
    }
}

/// The program's directory below an XDG directory, which is the user's own one below HOME by default.
fn directory(variable: impl Fn(&str) -> Option<String>, xdg: &str, below_home: &str) -> Option<PathBuf> {
    let base = variable(xdg)
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| variable("HOME").map(|home| PathBuf::from(home).join(below_home)))?;
    Some(base.join("claviger-server"))
}
