//! What else of this device lives in the keyring: its identity and its session.

use crate::keyring::{Cause, ItemName, KeyStore, KeyringError};
use claviger_crypto::secret::SecretBytes;
use claviger_model::{
    ids::{DeviceId, OrganizationId, PrincipalId, SessionId},
    time::Timestamp,
};
use claviger_protocol::{signed::Signed, wire::Token};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The device's identity with an organization. Made before the first sign-in, kept across sessions.
#[derive(Serialize, Deserialize)]
pub struct DeviceItem {
    /// The device's keys, in the form of the sign-in crate.
    pub keys: KeyBytes,
    /// Where the server is, as `https://vault.example.com`.
    pub origin: String,
    /// The enrolment bundle that was pinned (rule 39).
    pub bundle: Signed,
    /// Since the first sign-in.
    pub enrolled: Option<Enrolled>,
}

/// Who this device became at its first sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolled {
    /// As the server calls it.
    pub device: DeviceId,
    /// Whose it is.
    pub principal: PrincipalId,
}

/// The tokens of a session (rule 3).
#[derive(Serialize, Deserialize)]
pub struct SessionItem {
    /// The session.
    pub session: SessionId,
    /// The newest refresh token of ours.
    pub refresh: Token,
    /// The provider's own; absent where it gives none.
    pub provider_refresh: Option<Token>,
    /// When the provider must vouch anew in the browser.
    pub ends_at: Timestamp,
    /// When the provider must be asked again.
    pub reassert_by: Timestamp,
}

/// What ends a session on the server that is over on this device already; it opens nothing here.
#[derive(Serialize, Deserialize)]
pub struct GoodbyeItem {
    /// The session.
    pub session: SessionId,
    /// Its newest refresh token.
    pub refresh: Token,
}

/// Secret key material on its way to or from the keyring.
#[derive(Default, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(transparent)]
pub struct KeyBytes(Vec<u8>);

impl KeyBytes {
    /// Copies a secret.
    pub fn new(secret: &SecretBytes) -> Self {
        Self(secret.expose().to_vec())
    }

    /// The secret.
    pub fn to_secret(&self) -> SecretBytes {
        SecretBytes::copy_from(&self.0)
    }
}

impl std::fmt::Debug for KeyBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("«secret»")
    }
}

macro_rules! item {
    ($type:ident, $name:ident) => {
        impl $type {
            /// Reads it, if there is one.
            ///
            /// # Errors
            /// When the keyring gives no answer, or the item is malformed.
            pub async fn load(
                store: &dyn KeyStore,
                organization: OrganizationId,
            ) -> Result<Option<Self>, KeyringError> {
                read(store, &ItemName::$name(organization)).await
            }

            /// Makes or replaces it.
            ///
            /// # Errors
            /// When the keyring does not take it.
            pub async fn store(
                &self,
                store: &dyn KeyStore,
                organization: OrganizationId,
            ) -> Result<(), KeyringError> {
                write(store, &ItemName::$name(organization), self).await
            }

            /// Removes it.
            ///
            /// # Errors
            /// When the keyring does not do it.
            pub async fn delete(
                store: &dyn KeyStore,
                organization: OrganizationId,
            ) -> Result<(), KeyringError> {
                store.delete(&ItemName::$name(organization)).await
            }
        }

        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($type), "(«secret»)"))
            }
        }
    };
}

item!(DeviceItem, device);
item!(SessionItem, session);
item!(GoodbyeItem, goodbye);

/// Reads a keyring item in its postcard form.
pub(crate) async fn read<T: DeserializeOwned>(
    store: &dyn KeyStore,
    name: &ItemName,
) -> Result<Option<T>, KeyringError> {
    let Some(bytes) = store.load(name).await? else {
        return Ok(None);
    };
    // The cause is not carried on: it could quote what it read.
    let malformed = |_| KeyringError::Failed(Cause::from(format!("the item `{name}` is malformed")));
    postcard::from_bytes(bytes.expose()).map(Some).map_err(malformed)
}

/// Writes a keyring item in its postcard form.
pub(crate) async fn write<T: Serialize>(
    store: &dyn KeyStore,
    name: &ItemName,
    item: &T,
) -> Result<(), KeyringError> {
    // Room enough that the buffer does not move and leave a copy behind.
    let buffer = Zeroizing::new(Vec::with_capacity(16 * 1024));
    let bytes = postcard::to_extend(item, ZeroizingWriter(buffer))
        .map_err(|error| KeyringError::Failed(Cause::from(error)))?;
    store.store(name, &SecretBytes::copy_from(&bytes.0)).await
}

struct ZeroizingWriter(Zeroizing<Vec<u8>>);

impl Extend<u8> for ZeroizingWriter {
    fn extend<I: IntoIterator<Item = u8>>(&mut self, bytes: I) {
        self.0.extend(bytes);
    }
}
