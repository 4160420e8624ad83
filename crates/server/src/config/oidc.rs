//! The identity provider, as it is set.

use super::{ConfigError, Oidc, limits::number, origin::is_loopback};
use serde::Deserialize;
use std::{path::PathBuf, time::Duration};
use url::Url;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct OidcSettings {
    issuer: Option<String>,
    client_id: Option<String>,
    groups_claim: Option<String>,
    scopes: Option<Vec<String>>,
    leeway_seconds: Option<u64>,
    certificate_authority: Option<PathBuf>,
    reassert_minutes: Option<u64>,
    multi_factor_acr: Option<Vec<String>>,
}

impl OidcSettings {
    pub(super) fn parse(self) -> Result<Oidc, ConfigError> {
        let issuer = self
            .issuer
            .filter(|text| !text.is_empty())
            .ok_or(ConfigError::Missing("oidc.issuer"))?;
        let acceptable = Url::parse(&issuer)
            .is_ok_and(|url| url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)));
        if !acceptable {
            return Err(ConfigError::Issuer(issuer));
        }
        let seconds = number("oidc.leeway_seconds", self.leeway_seconds, 60, 0, 300)?;
        let minutes = number("oidc.reassert_minutes", self.reassert_minutes, 60, 1, 60)?;
        Ok(Oidc {
            issuer,
            client_id: self
                .client_id
                .filter(|id| !id.is_empty())
                .ok_or(ConfigError::Missing("oidc.client_id"))?,
            multi_factor_acr: classes(self.multi_factor_acr)?,
            groups_claim: self.groups_claim.unwrap_or_else(|| "groups".to_owned()),
            scopes: self.scopes.unwrap_or_else(|| {
                ["openid", "profile", "email", "offline_access"]
                    .map(str::to_owned)
                    .to_vec()
            }),
            leeway: Duration::from_secs(u64::from(seconds)),
            certificate_authority: self.certificate_authority,
            reassert: Duration::from_secs(u64::from(minutes) * 60),
        })
    }
}

/// Classes of sign-in; they go into a header's quotes, separated by spaces.
fn classes(values: Option<Vec<String>>) -> Result<Vec<String>, ConfigError> {
    let values = values.unwrap_or_default();
    let usable = |value: &&String| {
        !value.is_empty()
            && value
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !b"\"\\".contains(&byte))
    };
    match values.iter().find(|value| !usable(value)) {
        Some(value) => Err(ConfigError::Class(value.clone())),
        None => Ok(values),
    }
}
