//! A transit engine (OpenBao, Vault) that wraps the root key, so that no disk of the server holds it in the clear (rule 33).
//! The engine is asked when the server starts and when the root key was changed, never for a read.

use crate::certificate::CertificateFault;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use claviger_crypto::secret::{Key256, SecretString};
use reqwest::StatusCode;
use serde::{Deserialize, Serialize};
use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use url::Url;
use zeroize::Zeroizing;

use super::file::{self, Content, PrivateFileError};

const TIMEOUT: Duration = Duration::from_secs(10);
/// The longest reply that is read, in bytes.
const MAX_REPLY: usize = 16 * 1024;
/// Bound to what is wrapped, so that the engine opens nothing else of this key in its place.
const ASSOCIATED: &[u8] = b"claviger-root-v1";

/// An engine, a key of it, and what the server may ask it with.
#[derive(Debug, Clone)]
pub struct Transit(Arc<TransitSettings>);

/// How to reach the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransitSettings {
    /// Its address: https, or http on loopback.
    pub address: Url,
    /// Where the engine is mounted.
    pub mount: String,
    /// The name of the key there.
    pub key: String,
    /// Holds the token, readable by its owner only; read for each call, so that another program may renew it.
    pub token_file: PathBuf,
    /// A PEM file with the certificate authority of the engine, when it is not a public one.
    pub certificate_authority: Option<PathBuf>,
}

/// Why the engine does not help.
#[derive(Debug, thiserror::Error)]
pub enum TransitError {
    /// The token.
    #[error(transparent)]
    Token(#[from] PrivateFileError),
    /// No token.
    #[error("the transit engine's token `{}` is missing or cannot be a token", .0.display())]
    NoToken(PathBuf),
    /// The certificate authority.
    #[error("`transit.certificate_authority`: `{}` cannot be read as certificates", .0.display())]
    Authority(PathBuf, #[source] Option<io::Error>),
    /// It does not answer.
    #[error(
        "the transit engine at `{address}` cannot be reached; the server cannot open its keys without it"
    )]
    Unreachable {
        /// Where.
        address: Url,
        /// Why.
        source: reqwest::Error,
    },
    /// Whoever answers cannot show that it is the engine; it was sent nothing.
    #[error(
        "the certificate of the transit engine at `{address}` does not hold: {fault}; `transit.certificate_authority` must hold the authority that signed it, and `transit.address` the name in it"
    )]
    Certificate {
        /// Where.
        address: Url,
        /// What is wrong with it.
        fault: CertificateFault,
        /// In full.
        source: reqwest::Error,
    },
    /// It is sealed or stands by.
    #[error("the transit engine at `{0}` is sealed or not ready; unseal it and start again")]
    NotReady(Url),
    /// It does not allow it.
    #[error(
        "the transit engine refuses the token; it must allow `update` on `{mount}/encrypt/{key}` and `{mount}/decrypt/{key}`"
    )]
    Forbidden {
        /// Where.
        mount: String,
        /// Which.
        key: String,
    },
    /// There is no such engine.
    #[error(
        "there is no transit engine with the key `{key}` at `{mount}`; look at `transit.mount` and `transit.key`"
    )]
    NoKey {
        /// Where.
        mount: String,
        /// Which.
        key: String,
    },
    /// It does not open what is in the file.
    #[error(
        "the transit engine does not open the root key ({0}); the key was destroyed there, or the file is another one's"
    )]
    Refused(StatusCode),
    /// It says something else.
    #[error("the transit engine's answer is not understood")]
    Nonsense,
}

#[derive(Serialize)]
struct Encrypt<'a> {
    plaintext: &'a str,
    associated_data: String,
}

#[derive(Serialize)]
struct Decrypt<'a> {
    ciphertext: &'a str,
    associated_data: String,
}

#[derive(Deserialize)]
struct Reply<T> {
    data: T,
}

#[derive(Deserialize)]
struct Wrapped {
    ciphertext: String,
}

#[derive(Deserialize)]
struct Opened {
    plaintext: String,
}

impl Transit {
    /// Asks nothing yet.
    pub fn new(settings: TransitSettings) -> Self {
        Self(Arc::new(settings))
    }

    /// What the engine makes of a key.
    ///
    /// # Errors
    /// Says what is wrong with the engine, or how it is asked.
    pub async fn wrap(&self, key: &Key256) -> Result<String, TransitError> {
        let plaintext = Zeroizing::new(STANDARD.encode(key.expose()));
        let call = Encrypt {
            plaintext: &plaintext,
            associated_data: STANDARD.encode(ASSOCIATED),
        };
        let reply: Reply<Wrapped> = self.ask("encrypt", &call).await?;
        // What is kept must open: a key that derives or does not authenticate would be noticed too late.
        if self.unwrap(&reply.data.ciphertext).await? == *key {
            Ok(reply.data.ciphertext)
        } else {
            Err(TransitError::Nonsense)
        }
    }

    /// The key in what the engine made of it.
    ///
    /// # Errors
    /// Says what is wrong with the engine, or how it is asked.
    pub async fn unwrap(&self, wrapped: &str) -> Result<Key256, TransitError> {
        let call = Decrypt {
            ciphertext: wrapped,
            associated_data: STANDARD.encode(ASSOCIATED),
        };
        let reply: Reply<Opened> = self.ask("decrypt", &call).await?;
        let text = Zeroizing::new(reply.data.plaintext);
        let bytes = STANDARD.decode(text.as_bytes());
        let bytes = Zeroizing::new(bytes.map_err(|_| TransitError::Nonsense)?);
        Key256::from_slice(&bytes).ok_or(TransitError::Nonsense)
    }

    async fn ask<C: Serialize, R: serde::de::DeserializeOwned>(
        &self,
        what: &str,
        call: &C,
    ) -> Result<R, TransitError> {
        let settings = &*self.0;
        let unreachable = |source: reqwest::Error| {
            let (address, source) = (settings.address.clone(), source.without_url());
            match CertificateFault::of(&source) {
                Some(fault) => TransitError::Certificate {
                    address,
                    fault,
                    source,
                },
                None => TransitError::Unreachable { address, source },
            }
        };
        let mut address = settings.address.clone();
        {
            let mut segments = address.path_segments_mut().map_err(|()| TransitError::Nonsense)?;
            segments
                .pop_if_empty()
                .push("v1")
                .extend(settings.mount.split('/'))
                .extend([what, &settings.key]);
        }
        let mut header = reqwest::header::HeaderValue::from_str(token(&settings.token_file)?.expose())
            .map_err(|_| TransitError::NoToken(settings.token_file.clone()))?;
        header.set_sensitive(true);
        let body = Zeroizing::new(serde_json::to_vec(call).map_err(|_| TransitError::Nonsense)?);
        let mut reply = client(settings)?
            .post(address)
            .header("X-Vault-Token", header)
            .header("X-Vault-Request", "true")
            .header("Content-Type", "application/json")
            .body(body.to_vec())
            .send()
            .await
            .map_err(unreachable)?;
        let mut text = Zeroizing::new(Vec::with_capacity(MAX_REPLY));
        while let Some(chunk) = reply.chunk().await.map_err(unreachable)? {
            if text.len().saturating_add(chunk.len()) > MAX_REPLY {
                return Err(TransitError::Nonsense);
            }
            text.extend_from_slice(&chunk);
        }
        match reply.status() {
            StatusCode::OK => serde_json::from_slice(&text).map_err(|_| TransitError::Nonsense),
            StatusCode::FORBIDDEN => Err(TransitError::Forbidden {
                mount: settings.mount.clone(),
                key: settings.key.clone(),
            }),
            StatusCode::NOT_FOUND => Err(TransitError::NoKey {
                mount: settings.mount.clone(),
                key: settings.key.clone(),
            }),
            status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
                Err(TransitError::NotReady(settings.address.clone()))
            }
            status => Err(TransitError::Refused(status)),
        }
    }
}

fn token(path: &Path) -> Result<SecretString, TransitError> {
    let none = || TransitError::NoToken(path.to_owned());
    let text = file::read_text(path, Content::TransitToken)?.ok_or_else(none)?;
    let token = text.expose().trim();
    if token.is_empty() {
        return Err(none());
    }
    Ok(SecretString::new(token.to_owned()))
}

/// A redirect would carry the token elsewhere; a proxy would see the key.
fn client(settings: &TransitSettings) -> Result<reqwest::Client, TransitError> {
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(TIMEOUT);
    if let Some(path) = &settings.certificate_authority {
        let pem =
            std::fs::read(path).map_err(|source| TransitError::Authority(path.clone(), Some(source)))?;
        let authority = reqwest::Certificate::from_pem_bundle(&pem)
            .map_err(|_| TransitError::Authority(path.clone(), None))?;
        if authority.is_empty() {
            return Err(TransitError::Authority(path.clone(), None));
        }
        builder = builder.tls_certs_only(authority);
    }
    builder.build().map_err(|source| TransitError::Unreachable {
        address: settings.address.clone(),
        source,
    })
}

#[cfg(test)]
pub(super) mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    pub fn engine(address: &str) -> Transit {
        Transit::new(TransitSettings {
            address: address.parse().unwrap(),
            mount: "transit".to_owned(),
            key: "claviger".to_owned(),
            token_file: "/nowhere/token".into(),
            certificate_authority: None,
        })
    }

    #[tokio::test]
    async fn nothing_is_asked_without_a_token() {
        let engine = engine("https://bao.example");
        let error = engine.unwrap("vault:v1:AAAA").await.unwrap_err();
        assert!(matches!(error, TransitError::NoToken(_)), "{error}");
    }
}
