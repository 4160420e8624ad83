//! Where settings come from.

use super::{Config, LogFormat, OriginError, settings::Settings};
use claviger_model::network::NetworkError;
use claviger_storage::postgres_url::PostgresUrlError;
use figment::{
    Figment,
    providers::{Format, Toml},
    value::Value,
};
use std::path::{Path, PathBuf};

/// The prefix of environment variables; `__` stands between a table and its setting.
const PREFIX: &str = "CLAVIGER_";
/// Variables with the prefix that are no settings.
const NOT_SETTINGS: &[&str] = &["CLAVIGER_CONFIG", "CLAVIGER_LOG_FILTER"];
/// Settings that name a file: a credential of this name is that file.
const FILES: &[&str] = &[
    "key_file",
    "database_tls.certificate_authority",
    "tls.certificate",
    "tls.key",
    "oidc.certificate_authority",
    "transit.token_file",
    "transit.certificate_authority",
    "mail.password_file",
    "mail.certificate_authority",
    "webhooks.certificate_authority",
];

/// Settings that are numbers, lists, or yes or no; all others are text, whatever they look like.
const TYPED: &[&str] = &[
    "connections",
    "trusted_proxies",
    "database_tls.allow_unverified",
    "oidc.scopes",
    "oidc.leeway_seconds",
    "oidc.reassert_minutes",
    "oidc.multi_factor_acr",
    "scim.groups",
    "mail.port",
    "webhooks.allow",
    "webhooks.networks",
];

/// What the process was given.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// `server.toml`; named explicitly, so it must exist.
    pub file: Option<PathBuf>,
    /// The environment.
    pub environment: Vec<(String, String)>,
    /// systemd's `$CREDENTIALS_DIRECTORY`.
    pub credentials: Option<PathBuf>,
}

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The named file cannot be read.
    #[error("the configuration `{}` cannot be read", .path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A setting is unknown, missing or of another type.
    #[error("the configuration is not valid: {0}")]
    Settings(String),
    /// The public origin.
    #[error("`public_origin`")]
    Origin(#[from] OriginError),
    /// The address to listen at.
    #[error("`listen`: `{0}` is not an address and port such as `127.0.0.1:7420`")]
    Listen(String),
    /// A proxy.
    #[error("`trusted_proxies`")]
    Proxy(#[from] NetworkError),
    /// The way to the database.
    #[error("`database`")]
    Database(#[from] PostgresUrlError),
    /// Half of a pair of files.
    #[error("`tls` needs both `certificate` and `key`")]
    HalfTls,
    /// Clear text beyond this machine.
    #[error(
        "`listen`: `{0}` is reachable from other machines; set `tls.certificate` and `tls.key`, or listen on loopback"
    )]
    InsecureListen(std::net::SocketAddr),
    /// The provider's address.
    #[error("`oidc.issuer`: `{0}` must be an https URL, or http on loopback")]
    Issuer(String),
    /// A class of sign-in that could not stand in a header.
    #[error("`oidc.multi_factor_acr`: `{0}` is no class of sign-in")]
    Class(String),
    /// A claim that does not say for ever who somebody is.
    #[error(
        "`scim.claim`: `{0}` is no claim that says for ever who somebody is; `sub`, or the provider's immutable id of people"
    )]
    ScimClaim(String),
    /// Who writes our mail.
    #[error("`mail.from`: `{0}` is no address such as `Claviger <claviger@example.com>`")]
    MailFrom(String),
    /// Mail in clear text beyond this machine.
    #[error("`mail.tls`: `{0}` is another machine; use `implicit` or `starttls`")]
    InsecureMail(String),
    /// A connected system.
    #[error("`connectors.{name}`: {what}")]
    Connector {
        /// What it is called.
        name: String,
        /// What is wrong.
        what: &'static str,
    },
    /// A host for webhooks.
    #[error("`webhooks.allow`: `{0}` is no host such as `hooks.example.com` or `hooks.example.com:8443`")]
    WebhookHost(String),
    /// A setting that must not be empty.
    #[error("`{0}` must be set")]
    Missing(&'static str),
    /// A setting outside of its range.
    #[error("`{setting}` must be from {from} to {to}")]
    Range {
        /// Which.
        setting: &'static str,
        /// The least.
        from: u64,
        /// The most.
        to: u64,
    },
    /// The name of the organization.
    #[error("`organization` is not a usable name")]
    Organization(#[from] claviger_model::name::NameError),
    /// The root key in two places.
    #[error("`root_key` and `key_file` both name the root key; keep one of them")]
    TwoRoots,
    /// The root key's place.
    #[error("`root_key`: {0}")]
    Root(#[from] crate::keys::root::HomeError),
    /// A keyring beside a database of several servers.
    #[error(
        "a keyring is one session's: with PostgreSQL the root key lives in a file or is wrapped by a transit engine"
    )]
    KeyringShared,
    /// The engine's address.
    #[error(
        "`transit.address`: `{0}` must be an https URL, or http on loopback, without a name, query or fragment"
    )]
    TransitAddress(String),
    /// A part of the engine's address.
    #[error("`{0}` must be letters, digits, `-`, `_` and `.`")]
    TransitName(&'static str),
    /// The key beside the data.
    #[error("the root key's file must lie outside of the data directory `{}`, so that no backup holds both", .0.display())]
    KeyBesideData(PathBuf),
    /// No directory for data or keys.
    #[error("neither XDG directories nor HOME are set; name `{0}`")]
    NoHome(&'static str),
}

impl Sources {
    /// What this process was given.
    pub fn of_process(file: Option<PathBuf>) -> Self {
        Self {
            file,
            environment: std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                .collect(),
            credentials: std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from),
        }
    }

    /// Reads and parses everything.
    ///
    /// # Errors
    /// Names the first setting that cannot be used.
    pub fn load(&self) -> Result<Config, ConfigError> {
        let mut figment = Figment::new();
        if let Some(path) = &self.file {
            figment = figment.merge(Toml::string(&read(path)?));
        }
        for (name, value) in &self.environment {
            if let Some(setting) = name
                .strip_prefix(PREFIX)
                .filter(|_| !NOT_SETTINGS.contains(&name.as_str()))
            {
                let setting = setting.to_lowercase().replace("__", ".");
                let value = parse(&setting, value);
                figment = figment.merge((setting, value));
            }
        }
        if let Some(directory) = &self.credentials {
            for setting in super::settings::NAMES {
                let path = directory.join(setting);
                if !path.is_file() {
                    continue;
                }
                let value = if FILES.contains(setting) {
                    Value::from(path.to_string_lossy().into_owned())
                } else {
                    parse(setting, read(&path)?.trim())
                };
                figment = figment.merge((*setting, value));
            }
        }
        let settings: Settings = figment
            .extract()
            .map_err(|error| ConfigError::Settings(error.to_string()))?;
        settings.parse(|name| self.variable(name))
    }

    /// The form of the log, even when the rest of the configuration is wrong.
    pub fn log_format(&self) -> LogFormat {
        match self.variable("CLAVIGER_LOG").as_deref() {
            Some("json") => LogFormat::Json,
            _ => LogFormat::Text,
        }
    }

    fn variable(&self, name: &str) -> Option<String> {
        let found = self.environment.iter().find(|(other, _)| other == name)?;
        Some(found.1.clone()).filter(|value| !value.is_empty())
    }
}

fn read(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|source| ConfigError::Read {
        path: path.to_owned(),
        source,
    })
}

/// Numbers and `[lists]` as TOML has them, everything else as text.
fn parse(setting: &str, text: &str) -> Value {
    if TYPED.contains(&setting) || setting.starts_with("limits.") {
        text.parse()
            .unwrap_or_else(|never: std::convert::Infallible| match never {})
    } else {
        Value::from(text)
    }
}
