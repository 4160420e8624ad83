//! The operating system's keyring: where the keys of this device live.
//!
//! To add a platform: implement [`KeyStore`], map its errors to the three of [`KeyringError`], and run the contract suite
//! (`contract.rs`) on it.

#[cfg(test)]
pub(crate) mod contract;
mod memory;
mod secret_service;

pub use memory::{MemoryKeyStore, Refusal};
pub use secret_service::SecretServiceKeyStore;

use async_trait::async_trait;
use claviger_crypto::secret::SecretBytes;
use claviger_model::ids::{DeviceId, OrganizationId};
use std::fmt;

/// Which item of the keyring.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ItemName {
    organization: OrganizationId,
    part: Part,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Part {
    Device,
    Session,
    Goodbye,
    Cache(DeviceId),
}

impl ItemName {
    /// The device's own keys and what it pinned.
    pub const fn device(organization: OrganizationId) -> Self {
        Self {
            organization,
            part: Part::Device,
        }
    }

    /// The tokens of the present session.
    pub const fn session(organization: OrganizationId) -> Self {
        Self {
            organization,
            part: Part::Session,
        }
    }

    /// What ends a session that is over here already.
    pub const fn goodbye(organization: OrganizationId) -> Self {
        Self {
            organization,
            part: Part::Goodbye,
        }
    }

    /// The key of the cache and its generation (rule 23).
    pub const fn cache(organization: OrganizationId, device: DeviceId) -> Self {
        Self {
            organization,
            part: Part::Cache(device),
        }
    }
}

impl fmt::Display for ItemName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.part {
            Part::Device => write!(f, "{}/device", self.organization),
            Part::Session => write!(f, "{}/session", self.organization),
            Part::Goodbye => write!(f, "{}/goodbye", self.organization),
            Part::Cache(device) => write!(f, "{}/cache/{device}", self.organization),
        }
    }
}

/// Why the keyring gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// It is there, but locked.
    #[error("the keyring is locked")]
    Locked(#[source] Cause),
    /// There is none.
    #[error("there is no keyring")]
    Absent(#[source] Cause),
    /// It is there and open, and still did not do it.
    #[error("the keyring did not answer as expected")]
    Failed(#[source] Cause),
}

/// What the platform said.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

impl KeyringError {
    /// Stable, for the table of messages.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Locked(_) => "keyring_locked",
            Self::Absent(_) => "keyring_absent",
            Self::Failed(_) => "keyring_failed",
        }
    }

    /// What happened and what to do, for the person.
    pub const fn words(&self) -> &'static str {
        match self {
            Self::Locked(_) => {
                "Your keyring is locked, so Claviger stores nothing on this computer and works only with a connection. \
                 Unlock the keyring (usually with your login password), then try again."
            }
            Self::Absent(_) => {
                "This desktop offers no keyring, so Claviger stores nothing on this computer and works only with a \
                 connection. Install and start one that speaks the Secret Service, such as GNOME Keyring or KWallet, \
                 then try again."
            }
            Self::Failed(_) => {
                "The keyring did not answer as expected, so Claviger stores nothing on this computer and works only with \
                 a connection. Log out of your desktop and in again; if it stays so, look into the keyring's own program."
            }
        }
    }
}

/// Keeps small secrets for this person across restarts.
#[async_trait]
pub trait KeyStore: Send + Sync {
    /// The item, if there is one.
    ///
    /// # Errors
    /// When the keyring is locked, absent or fails.
    async fn load(&self, item: &ItemName) -> Result<Option<SecretBytes>, KeyringError>;

    /// Makes or replaces the item; it is durable when this returns.
    ///
    /// # Errors
    /// When the keyring is locked, absent or fails.
    async fn store(&self, item: &ItemName, secret: &SecretBytes) -> Result<(), KeyringError>;

    /// Removes the item; a missing one is no error.
    ///
    /// # Errors
    /// When the keyring is locked, absent or fails.
    async fn delete(&self, item: &ItemName) -> Result<(), KeyringError>;
}
