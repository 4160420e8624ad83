//! How notices leave the server: e-mail and webhooks.

use super::{ConfigError, limits::number};
use claviger_model::network::Network;
use serde::Deserialize;
use std::{net::IpAddr, path::PathBuf, time::Duration};

/// How the way to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailTls {
    /// From the first byte (submissions, port 465).
    #[default]
    Implicit,
    /// By STARTTLS, without which nothing is said (submission, port 587).
    Starttls,
    /// Not at all; on loopback only.
    None,
}

/// The mail server that takes our mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Its name, as in its certificate.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way there is protected.
    pub tls: MailTls,
    /// Who writes: `Claviger <claviger@example.com>`.
    pub from: String,
    /// With whom we sign in there, and the file that holds the password.
    pub credentials: Option<(String, PathBuf)>,
    /// A PEM file with the certificate authority of it, when it is not a public one.
    pub certificate_authority: Option<PathBuf>,
    /// How long the whole conversation with it may take.
    pub patience: Duration,
}

impl Mail {
    /// Unless told otherwise.
    pub const PATIENCE: Duration = Duration::from_secs(30);
}

/// Where webhooks may be (rule 36).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookRules {
    /// Hosts that may be posted to, lower case, each with a port when it is not 443.
    pub allow: Vec<String>,
    /// Networks that may be reached though they are not public.
    pub networks: Vec<Network>,
    /// A PEM file with a certificate authority besides the public ones.
    pub certificate_authority: Option<PathBuf>,
    /// How long a whole post may take.
    pub patience: Duration,
}

impl Default for WebhookRules {
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            networks: Vec::new(),
            certificate_authority: None,
            patience: Duration::from_secs(15),
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct MailSettings {
    host: Option<String>,
    port: Option<u64>,
    #[serde(default)]
    tls: MailTls,
    from: Option<String>,
    username: Option<String>,
    password_file: Option<PathBuf>,
    certificate_authority: Option<PathBuf>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookSettings {
    #[serde(default)]
    allow: Vec<String>,
    #[serde(default)]
    networks: Vec<String>,
    certificate_authority: Option<PathBuf>,
}

impl MailSettings {
    pub(super) fn parse(self) -> Result<Option<Mail>, ConfigError> {
        let Some(host) = self.host.filter(|host| !host.is_empty()) else {
            return Ok(None);
        };
        let by_default = match self.tls {
            MailTls::Implicit => 465,
            MailTls::Starttls => 587,
            MailTls::None => 25,
        };
        let port = number("mail.port", self.port, by_default, 1, 65_535)?;
        let from = self.from.ok_or(ConfigError::Missing("mail.from"))?;
        if from.parse::<lettre::message::Mailbox>().is_err() {
            return Err(ConfigError::MailFrom(from));
        }
        let loopback = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        if self.tls == MailTls::None && !loopback {
            return Err(ConfigError::InsecureMail(host));
        }
        let credentials = match (self.username, self.password_file) {
            (Some(username), Some(file)) => Some((username, file)),
            (None, None) => None,
            (Some(_), None) => return Err(ConfigError::Missing("mail.password_file")),
            (None, Some(_)) => return Err(ConfigError::Missing("mail.username")),
        };
        Ok(Some(Mail {
            host,
            port: u16::try_from(port).unwrap_or(u16::MAX),
            tls: self.tls,
            from,
            credentials,
            certificate_authority: self.certificate_authority,
            patience: Mail::PATIENCE,
        }))
    }
}

impl WebhookSettings {
    pub(super) fn parse(self) -> Result<WebhookRules, ConfigError> {
        let mut allow = Vec::with_capacity(self.allow.len());
        for host in self.allow {
            let plain = host
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
            if host.is_empty() || !plain {
                return Err(ConfigError::WebhookHost(host));
            }
            allow.push(host.to_ascii_lowercase());
        }
        Ok(WebhookRules {
            allow,
            networks: self
                .networks
                .iter()
                .map(|text| Network::parse(text))
                .collect::<Result<_, _>>()?,
            certificate_authority: self.certificate_authority,
            ..WebhookRules::default()
        })
    }
}
