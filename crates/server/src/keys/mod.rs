//! The keys of a server: the root in its home, generations that wrap data keys, and one key for each purpose (rule 20).

pub mod generations;
mod held;
pub(crate) mod make;
mod open;
pub mod root;
pub mod root_change;
mod rows;
pub mod succession;
pub mod webhooks;

pub use held::{HeldKeys, HeldKeysError};
pub use make::{KeyRows, make};
pub use open::{Stored, open};

use crate::events::Event;
use claviger_crypto::{
    fingerprint::FingerprintKey,
    keys::{KeyError, KeyGeneration},
    nonce::NonceKey,
    refresh::RefreshKey,
    sealing::SealingKeyPair,
    signing::{ServerKey, ServerPublicKey, SigningError},
};
use claviger_ledger::{
    label::Label,
    leaf::Fact,
    log_key::{LogKey, LogKeyError},
};
use claviger_model::{entropy::Entropy, event::EventKind, ids::KeyId};
use claviger_protocol::enrolment::KeyLink;
use claviger_storage::organization::KeyPurpose;
use std::collections::BTreeMap;
use webhooks::WebhookKeys;

/// All keys, unwrapped, as they stand at one moment; the same on every replica.
pub struct ServerKeys {
    number: u64,
    generations: BTreeMap<KeyId, KeyGeneration>,
    current: KeyId,
    /// Signs checkpoints.
    pub log: LogKey,
    /// Signs orders and the enrolment bundle.
    pub orders: ServerKey,
    /// Public half of `orders`.
    pub orders_public: ServerPublicKey,
    /// How the keys for log and orders followed one another (rule 39).
    pub succession: Vec<KeyLink>,
    /// Opens what devices write.
    pub sealing: SealingKeyPair,
    /// Makes refresh tokens.
    pub refresh: RefreshKey,
    /// Makes DPoP nonces.
    pub nonces: NonceKey,
    /// Makes fingerprints of values.
    pub fingerprints: FingerprintKey,
    /// Sign what is posted to webhooks; the first is made with the first one.
    pub webhooks: WebhookKeys,
}

/// Why keys cannot be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum ServerKeysError {
    /// A generation was wrapped by another root key.
    #[error("the key-encryption key `{0}` does not open; the root key is not the one of this database")]
    Root(KeyId),
    /// A generation does not open: its row was altered.
    #[error("the key-encryption key `{id}` does not open")]
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
    /// Which state of the tables they are; it rises with every change of any key.
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// The generation that wraps new data keys.
    pub fn current_generation(&self) -> Option<&KeyGeneration> {
        self.generations.get(&self.current)
    }

    /// The generation that wrapped a data key.
    pub fn generation(&self, id: KeyId) -> Option<&KeyGeneration> {
        self.generations.get(&id)
    }

    /// Generations that wrap nothing new, oldest first: what they wrap is to be wrapped anew, and then they go.
    pub fn retired(&self) -> Vec<KeyId> {
        let mut retired: Vec<_> = self
            .generations
            .values()
            .filter(|generation| generation.id() != self.current)
            .map(|generation| (generation.number(), generation.id()))
            .collect();
        retired.sort_unstable();
        retired.into_iter().map(|(_, id)| id).collect()
    }
}

impl std::fmt::Debug for ServerKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServerKeys(«secret»)")
    }
}

/// An event about a key.
fn told(kind: EventKind, what: &str, entropy: &dyn Entropy) -> Event {
    let event = Event::of_the_server(kind, entropy);
    match Label::new(what) {
        Ok(what) => event.fact("what", Fact::Label(what)),
        // No literal is one that is no label.
        Err(_) => event,
    }
}

/// Its name in rows and messages.
pub(crate) const fn name(purpose: KeyPurpose) -> &'static str {
    match purpose {
        KeyPurpose::Log => "log",
        KeyPurpose::Orders => "orders",
        KeyPurpose::Sealing => "sealing",
        KeyPurpose::Commitments => "commitments",
        KeyPurpose::Tokens => "tokens",
        KeyPurpose::Nonces => "nonces",
        KeyPurpose::Fingerprints => "fingerprints",
        KeyPurpose::Webhooks => "webhooks",
    }
}
