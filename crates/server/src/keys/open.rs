//! Unwrapping the stored keys at start.

use super::{
    ServerKeys, ServerKeysError, name, rows,
    webhooks::{WebhookKey, WebhookKeys},
};
use claviger_crypto::{
    fingerprint::FingerprintKey,
    keys::{KeyGeneration, RootKey},
    nonce::NonceKey,
    refresh::RefreshKey,
    sealing::SealingKeyPair,
    secret::Key256,
    signing::ServerKey as SigningKey,
};
use claviger_ledger::log_key::LogKey;
use claviger_model::ids::{KeyId, OrganizationId};
use claviger_protocol::enrolment::{KeyLink, SigningPurpose};
use claviger_storage::{
    Reader, StorageError,
    organization::{KekGeneration, KeyPurpose, ServerKey},
};
use std::collections::BTreeMap;

/// What the tables hold of the keys, at one moment.
pub struct Stored {
    /// The state of the tables; see [`ServerKeys::number`].
    pub number: u64,
    /// The first line of checkpoints.
    pub log_origin: String,
    /// All generations of the key-encryption key.
    pub keks: Vec<KekGeneration>,
    /// All keys of the server.
    pub keys: Vec<ServerKey>,
}

impl Stored {
    /// Reads the rows; in a snapshot or under the lock, so that they belong together.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn read(reader: &mut dyn Reader) -> Result<Self, StorageError> {
        let head = reader.committed_head().await?;
        Ok(Self {
            number: head.keys,
            log_origin: head.origin,
            keks: reader.kek_generations().await?,
            keys: reader.server_keys().await?,
        })
    }
}

/// Unwraps everything that is in use.
///
/// # Errors
/// When the root key is another one, or a row is missing or was altered.
pub fn open(
    root: &dyn RootKey,
    organization: OrganizationId,
    stored: &Stored,
) -> Result<ServerKeys, ServerKeysError> {
    let Stored {
        number,
        log_origin,
        keks,
        keys,
    } = stored;
    let mut generations = BTreeMap::new();
    for kek in keks {
        let generation = generation(root, organization, kek)?;
        generations.insert(kek.id, generation);
    }
    let current = keks
        .iter()
        .filter(|kek| kek.retired_at.is_none())
        .max_by_key(|kek| kek.generation)
        .ok_or(ServerKeysError::Missing("key-encryption"))?
        .id;
    let key = |purpose| find(&generations, keys, purpose);
    let webhooks = keys
        .iter()
        .filter(|row| row.purpose == KeyPurpose::Webhooks && row.retired_at.is_none())
        .map(|row| {
            Ok(WebhookKey {
                id: row.id,
                number: row.generation,
                made_at: row.created_at,
                key: SigningKey::from_seed(&unwrap(&generations, row)?)?,
            })
        })
        .collect::<Result<_, ServerKeysError>>()?;
    let orders = SigningKey::from_seed(&key(KeyPurpose::Orders)?)?;
    Ok(ServerKeys {
        number: *number,
        log: LogKey::new(log_origin, SigningKey::from_seed(&key(KeyPurpose::Log)?)?)?,
        orders_public: orders.public()?,
        orders,
        succession: keys.iter().filter_map(link).collect(),
        sealing: SealingKeyPair::from_secret(&key(KeyPurpose::Sealing)?)?,
        refresh: RefreshKey::new(key(KeyPurpose::Tokens)?),
        nonces: NonceKey::new(key(KeyPurpose::Nonces)?),
        fingerprints: FingerprintKey::new(key(KeyPurpose::Fingerprints)?),
        webhooks: WebhookKeys::new(webhooks),
        current,
        generations,
    })
}

/// Unwraps a generation by whichever of its wrappings the root made.
///
/// # Errors
/// When it made none of them, or the row was altered.
pub(super) fn generation(
    root: &dyn RootKey,
    organization: OrganizationId,
    kek: &KekGeneration,
) -> Result<KeyGeneration, ServerKeysError> {
    let source = |source| ServerKeysError::Generation { id: kek.id, source };
    for wrapped in std::iter::once(&kek.wrapped).chain(&kek.next_wrapped) {
        if KeyGeneration::root_of(wrapped).map_err(source)? == root.id() {
            let number = u64::from(kek.generation);
            return KeyGeneration::unwrap(root, kek.id, number, organization, wrapped).map_err(source);
        }
    }
    Err(ServerKeysError::Root(kek.id))
}

/// What a device needs of a signing key to follow from the one before it.
fn link(row: &ServerKey) -> Option<KeyLink> {
    let purpose = match row.purpose {
        KeyPurpose::Log => SigningPurpose::Log,
        KeyPurpose::Orders => SigningPurpose::Orders,
        _ => return None,
    };
    Some(KeyLink {
        purpose,
        number: u64::from(row.generation),
        public: row.public.clone().into(),
        signature: row.cosignature.clone().map(Into::into),
    })
}

fn find(
    generations: &BTreeMap<KeyId, KeyGeneration>,
    keys: &[ServerKey],
    purpose: KeyPurpose,
) -> Result<Key256, ServerKeysError> {
    let missing = ServerKeysError::Missing(name(purpose));
    let row = keys
        .iter()
        .filter(|key| key.purpose == purpose && key.retired_at.is_none())
        .max_by_key(|key| key.generation)
        .ok_or(missing)?;
    unwrap(generations, row)
}

fn unwrap(generations: &BTreeMap<KeyId, KeyGeneration>, row: &ServerKey) -> Result<Key256, ServerKeysError> {
    let generation = generations
        .get(&row.kek)
        .ok_or(ServerKeysError::Missing("key-encryption"))?;
    generation
        .unwrap_server_key(&row.wrapped, rows::binding(row))
        .map_err(|source| ServerKeysError::Key {
            purpose: name(row.purpose),
            source,
        })
}
