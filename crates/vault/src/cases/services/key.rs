//! Keys of service identities. One that is made here is written to a file, once, before the server hears of it; the page never sees
//! its private half.

use crate::{
    Vault,
    api::Nothing,
    cases::{export::file, input, names},
    view::{
        problem::Problem,
        services::{ServiceKeyDraft, ServiceKeyFile, ServiceView},
    },
};
use claviger_crypto::{bytes::encode_base64url, secret::SecretBytes, signing::DeviceKey};
use claviger_model::{
    ids::{KeyId, OrganizationId, PrincipalId},
    network::Network,
    service::KeyTerms,
    time::Timestamp,
};
use claviger_protocol::{
    route,
    services::{EndServiceKey, MakeServiceKey, ServiceReply},
};
use serde::Serialize;
use std::{
    io,
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// What stands in a key's file.
#[derive(Serialize)]
struct KeyFile<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    origin: &'a str,
    organization: OrganizationId,
    service: PrincipalId,
    key: KeyId,
    /// PKCS#8, base64url.
    private_key: &'a str,
}

impl Vault {
    /// Makes a key and writes its private half to a file that only this person can read; if the server refuses the key, or does
    /// not answer, the file is gone again.
    ///
    /// # Errors
    /// When something in the draft cannot be, the file cannot be written, or the server refuses.
    pub async fn make_service_key(
        &self,
        service: &str,
        draft: &ServiceKeyDraft,
        path: &Path,
    ) -> Result<ServiceKeyFile, Problem> {
        let service: PrincipalId = names::id(service)?;
        let key = DeviceKey::generate().map_err(|error| failed(&io::Error::other(error)))?;
        let public = serde_json::to_value(key.public()).map_err(|error| failed(&error.into()))?;
        let call = self.call_for(draft, public)?;
        let text = self.key_file(service, call.id, &key)?;
        self.write_key(path.to_owned(), text).await?;
        let made = self
            .inner
            .call::<_, ServiceReply>(route::MAKE_SERVICE_KEY, &[&service], &call)
            .await;
        let reply = match made {
            Ok(reply) => reply,
            Err(error) => {
                // Should the server have taken it, then as a key that nobody has.
                if let Err(error) = tokio::fs::remove_file(path).await {
                    tracing::warn!(%error, "the file of a key that was refused is still there");
                }
                return Err(error.into());
            }
        };
        Ok(ServiceKeyFile {
            service: self.shown_service(&reply).await?,
            key: call.id.to_string(),
            path: path.display().to_string(),
        })
    }

    /// Registers a key that was made elsewhere, by its public half: a JSON Web Key.
    ///
    /// # Errors
    /// When it is none, carries its private half, or the server refuses.
    pub async fn register_service_key(
        &self,
        service: &str,
        draft: &ServiceKeyDraft,
        public_key: &str,
    ) -> Result<ServiceView, Problem> {
        let service: PrincipalId = names::id(service)?;
        let public: claviger_crypto::jwk::DevicePublicKey =
            serde_json::from_str(public_key).map_err(|error| {
                names::problem(
                    "publicKeyInvalid",
                    "This is not the public half of a P-256 key as a JSON Web Key.",
                    Some(error.to_string()),
                )
            })?;
        let public = serde_json::to_value(public).map_err(|error| failed(&error.into()))?;
        let call = self.call_for(draft, public)?;
        let reply: ServiceReply = self
            .inner
            .call(route::MAKE_SERVICE_KEY, &[&service], &call)
            .await?;
        self.shown_service(&reply).await
    }

    /// Ends a key; the next call with it is refused.
    ///
    /// # Errors
    /// When the reason cannot stand, or the server refuses.
    pub async fn end_service_key(&self, key: &str, reason: &str) -> Result<(), Problem> {
        let key: KeyId = names::id(key)?;
        let call = EndServiceKey {
            reason: input::words(reason)?,
        };
        self.inner
            .call::<_, Nothing>(route::END_SERVICE_KEY, &[&key], &call)
            .await?;
        Ok(())
    }

    /// Checks what can be checked here, so that nothing is written for a key that cannot be.
    fn call_for(
        &self,
        draft: &ServiceKeyDraft,
        public_key: serde_json::Value,
    ) -> Result<MakeServiceKey, Problem> {
        let networks = draft
            .networks
            .iter()
            .map(|text| Network::parse(text.trim()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| {
                names::problem(
                    "networkInvalid",
                    "This is not a range of addresses.",
                    Some(error.to_string()),
                )
            })?;
        let ends_at = draft.ends_at.map(Timestamp::from_millis);
        KeyTerms::new(self.inner.now(), ends_at, networks.clone()).map_err(|error| {
            names::problem("keyTermsInvalid", "A key cannot be so.", Some(error.to_string()))
        })?;
        Ok(MakeServiceKey {
            id: KeyId::random(&*self.inner.parts.entropy),
            name: input::name(&draft.name)?,
            public_key,
            ends_at,
            networks,
        })
    }

    fn key_file(&self, service: PrincipalId, id: KeyId, key: &DeviceKey) -> Result<SecretBytes, Problem> {
        let live = self.inner.live()?;
        let private_key = Zeroizing::new(encode_base64url(key.pkcs8().expose()));
        let file = KeyFile {
            kind: "claviger-service-key",
            origin: &live.server.origin,
            organization: live.server.organization,
            service,
            key: id,
            private_key: &private_key,
        };
        // As long as it will be, so that nothing is left behind by growing.
        let mut text = Zeroizing::new(Vec::with_capacity(4_096));
        serde_json::to_writer_pretty(&mut *text, &file).map_err(|error| failed(&error.into()))?;
        Ok(SecretBytes::copy_from(&text))
    }

    async fn write_key(&self, path: PathBuf, text: SecretBytes) -> Result<(), Problem> {
        let mut suffix = [0; 8];
        self.inner.parts.entropy.fill(&mut suffix);
        let suffix = u64::from_be_bytes(suffix);
        let written = tokio::task::spawn_blocking(move || file::write(&path, suffix, text.expose())).await;
        written
            .map_err(io::Error::other)
            .flatten()
            .map_err(|error| failed(&error))
    }
}

fn failed(error: &io::Error) -> Problem {
    names::unwritten(
        "keyFileFailed",
        "The file of the key could not be written.",
        error,
    )
}
