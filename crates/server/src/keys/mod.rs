//! The keys of a server: the root in its file, generations that wrap data keys, and one key for each purpose (rule 20).

mod make;
mod open;
pub mod root_file;
mod rows;

pub use make::{KeyRows, make};
pub use open::open;

use claviger_crypto::{
    fingerprint::FingerprintKey,
    keys::{KeyError, KeyGeneration},
    nonce::NonceKey,
    refresh::RefreshKey,
    sealing::SealingKeyPair,
    signing::{ServerKey, ServerPublicKey, SigningError},
};
use claviger_ledger::log_key::{LogKey, LogKeyError};
use claviger_model::ids::KeyId;
use claviger_storage::organization::KeyPurpose;
use std::collections::BTreeMap;

/// All keys, unwrapped; the same on every replica.
pub struct ServerKeys {
    generations: BTreeMap<KeyId, KeyGeneration>,
    current: KeyId,
    /// Signs checkpoints.
    pub log: LogKey,
    /// Signs orders and the enrolment bundle.
    pub orders: ServerKey,
    /// Public half of `orders`.
    pub orders_public: ServerPublicKey,
    /// The bundle's signature line of the previous orders key, after a change (rule 39).
    pub orders_cosignature: Option<Vec<u8>>,
    /// Opens what devices write.
    pub sealing: SealingKeyPair,
    /// Makes refresh tokens.
    pub refresh: RefreshKey,
    /// Makes DPoP nonces.
    pub nonces: NonceKey,
    /// Makes fingerprints of values.
    pub fingerprints: FingerprintKey,
}

/// Why keys cannot be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum ServerKeysError {
    /// A generation does not open: probably another root key.
    #[error("the key-encryption key `{id}` does not open; the root key is not the one of this database")]
    Generation {
        /// Which.
        id: KeyId,
        /// Why.
        source: KeyError,
    },
    /// A key of the server does not open.
    #[error("the server's {purpose} key does not open")]
    Key {
        /// What it is for.
        purpose: &'static str,
        /// Why.
        source: KeyError,
    },
    /// A row is missing.
    #[error("the database holds no {0} key")]
    Missing(&'static str),
    /// A key could not be wrapped.
    #[error("a key could not be wrapped")]
    Wrap(#[source] KeyError),
    /// A signing key is malformed.
    #[error("a signing key is malformed")]
    Signing(#[from] SigningError),
    /// The log's key is malformed.
    #[error("the log's key is malformed")]
    Log(#[from] LogKeyError),
    /// The sealing key is malformed.
    #[error("the sealing key is malformed")]
    Sealing(#[from] claviger_crypto::sealing::SealingError),
}

impl ServerKeys {
    /// The generation that wraps new data keys.
    pub fn current_generation(&self) -> Option<&KeyGeneration> {
        self.generations.get(&self.current)
    }

    /// The generation that wrapped a data key.
    pub fn generation(&self, id: KeyId) -> Option<&KeyGeneration> {
        self.generations.get(&id)
    }
}

impl std::fmt::Debug for ServerKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServerKeys(«secret»)")
    }
}

/// Its name in rows and messages.
const fn name(purpose: KeyPurpose) -> &'static str {
    match purpose {
        KeyPurpose::Log => "log",
        KeyPurpose::Orders => "orders",
        KeyPurpose::Sealing => "sealing",
        KeyPurpose::Commitments => "commitments",
        KeyPurpose::Tokens => "tokens",
        KeyPurpose::Nonces => "nonces",
        KeyPurpose::Fingerprints => "fingerprints",
    }
}
