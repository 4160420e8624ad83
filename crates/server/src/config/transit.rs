//! The settings of a transit engine for the root key.

use super::{ConfigError, origin::is_loopback};
use crate::keys::root::{Transit, transit};
use serde::Deserialize;
use std::path::PathBuf;
use url::Url;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct TransitSettings {
    address: Option<String>,
    mount: Option<String>,
    key: Option<String>,
    token_file: Option<PathBuf>,
    certificate_authority: Option<PathBuf>,
}

impl TransitSettings {
    /// None where none is named.
    pub(super) fn parse(self) -> Result<Option<Transit>, ConfigError> {
        let Some(text) = self.address else {
            let named = self.key.is_some() || self.token_file.is_some() || self.mount.is_some();
            return if named {
                Err(ConfigError::Missing("transit.address"))
            } else {
                Ok(None)
            };
        };
        let address = Url::parse(&text)
            .ok()
            .filter(|url| url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url)))
            .filter(|url| url.query().is_none() && url.fragment().is_none())
            .filter(|url| url.username().is_empty() && url.password().is_none())
            .ok_or(ConfigError::TransitAddress(text))?;
        let mount = self.mount.unwrap_or_else(|| "transit".to_owned());
        if !mount.split('/').all(segment) {
            return Err(ConfigError::TransitName("transit.mount"));
        }
        let key = self.key.ok_or(ConfigError::Missing("transit.key"))?;
        if !segment(&key) {
            return Err(ConfigError::TransitName("transit.key"));
        }
        Ok(Some(Transit::new(transit::TransitSettings {
            address,
            mount,
            key,
            token_file: self
                .token_file
                .ok_or(ConfigError::Missing("transit.token_file"))?,
            certificate_authority: self.certificate_authority,
        })))
    }
}

/// One step of a path that is what it looks like.
fn segment(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_alphanumeric())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}
