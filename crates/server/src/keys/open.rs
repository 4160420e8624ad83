//! Unwrapping the stored keys at start.

use super::{ServerKeys, ServerKeysError, name, rows};
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
use claviger_storage::organization::{KekGeneration, KeyPurpose, ServerKey};
use std::collections::BTreeMap;

/// Unwraps everything that is in use.
///
/// # Errors
/// When the root key is another one, or a row is missing or was altered.
pub fn open(
    root: &dyn RootKey,
    organization: OrganizationId,
    log_origin: &str,
    keks: &[KekGeneration],
    keys: &[ServerKey],
) -> Result<ServerKeys, ServerKeysError> {
    let mut generations = BTreeMap::new();
    for kek in keks {
        let generation = KeyGeneration::unwrap(
            root,
            kek.id,
            u64::from(kek.generation),
            organization,
            &kek.wrapped,
        )
        .map_err(|source| ServerKeysError::Generation { id: kek.id, source })?;
        generations.insert(kek.id, generation);
    }
    let current = keks
        .iter()
        .filter(|kek| kek.retired_at.is_none())
        .max_by_key(|kek| kek.generation)
        .ok_or(ServerKeysError::Missing("key-encryption"))?
        .id;
    let key = |purpose| find(&generations, keys, purpose);
    let (orders_seed, orders_row) = key(KeyPurpose::Orders)?;
    let orders = SigningKey::from_seed(&orders_seed)?;
    Ok(ServerKeys {
        log: LogKey::new(log_origin, SigningKey::from_seed(&key(KeyPurpose::Log)?.0)?)?,
        orders_public: orders.public()?,
        orders,
        orders_cosignature: orders_row.cosignature.clone(),
        sealing: SealingKeyPair::from_secret(&key(KeyPurpose::Sealing)?.0)?,
        refresh: RefreshKey::new(key(KeyPurpose::Tokens)?.0),
        nonces: NonceKey::new(key(KeyPurpose::Nonces)?.0),
        fingerprints: FingerprintKey::new(key(KeyPurpose::Fingerprints)?.0),
        current,
        generations,
    })
}

fn find<'r>(
    generations: &BTreeMap<KeyId, KeyGeneration>,
    keys: &'r [ServerKey],
    purpose: KeyPurpose,
) -> Result<(Key256, &'r ServerKey), ServerKeysError> {
    let missing = ServerKeysError::Missing(name(purpose));
    let row = keys
        .iter()
        .filter(|key| key.purpose == purpose && key.retired_at.is_none())
        .max_by_key(|key| key.generation)
        .ok_or(missing)?;
    let generation = generations
        .get(&row.kek)
        .ok_or(ServerKeysError::Missing("key-encryption"))?;
    let key = generation
        .unwrap_server_key(&row.wrapped, rows::binding(row))
        .map_err(|source| ServerKeysError::Key {
            purpose: name(purpose),
            source,
        })?;
    Ok((key, row))
}
