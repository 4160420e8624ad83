//! Making all keys of a new server.

use super::{ServerKeysError, rows};
use claviger_crypto::{
    keys::{KeyGeneration, RootKey},
    sealing::SealingKeyPair,
    secret::Key256,
    signing::ServerKey as SigningKey,
};
use claviger_model::{
    entropy::Entropy,
    ids::{KeyId, OrganizationId},
    time::Timestamp,
};
use claviger_storage::organization::{KekGeneration, KeyPurpose, ServerKey};

/// What is stored of them.
pub struct KeyRows {
    /// The first generation.
    pub kek: KekGeneration,
    /// One key for each purpose. Commitments need none: each has a random key of its own (rule 17).
    pub keys: Vec<ServerKey>,
}

const PURPOSES: [KeyPurpose; 6] = [
    KeyPurpose::Log,
    KeyPurpose::Orders,
    KeyPurpose::Sealing,
    KeyPurpose::Tokens,
    KeyPurpose::Nonces,
    KeyPurpose::Fingerprints,
];

/// Makes the first generation of everything, wrapped.
///
/// # Errors
/// When the root is not available or a key cannot be wrapped.
pub fn make(
    root: &dyn RootKey,
    organization: OrganizationId,
    at: Timestamp,
    entropy: &dyn Entropy,
) -> Result<KeyRows, ServerKeysError> {
    let generation = KeyGeneration::random(1, organization, entropy);
    let kek = KekGeneration {
        id: generation.id(),
        generation: 1,
        wrapped: generation.wrap(root, entropy).map_err(ServerKeysError::Wrap)?,
        next_wrapped: None,
        created_at: at,
        retired_at: None,
    };
    let keys = PURPOSES
        .iter()
        .map(|purpose| key((*purpose, 1), &generation, at, entropy))
        .collect::<Result<_, _>>()?;
    Ok(KeyRows { kek, keys })
}

/// A new key for a purpose, with its number there.
///
/// # Errors
/// When it cannot be wrapped.
pub(crate) fn key(
    (purpose, number): (KeyPurpose, u32),
    generation: &KeyGeneration,
    at: Timestamp,
    entropy: &dyn Entropy,
) -> Result<ServerKey, ServerKeysError> {
    let (secret, public) = match purpose {
        KeyPurpose::Log | KeyPurpose::Orders | KeyPurpose::Webhooks => {
            let seed = Key256::random(entropy);
            let public = SigningKey::from_seed(&seed)?.public()?;
            (seed, public.as_bytes().to_vec())
        }
        KeyPurpose::Sealing => {
            let pair = SealingKeyPair::random(entropy);
            (pair.secret(), pair.public().as_bytes().to_vec())
        }
        _ => (Key256::random(entropy), Vec::new()),
    };
    let mut row = ServerKey {
        id: KeyId::random(entropy),
        purpose,
        generation: number,
        public,
        wrapped: Vec::new(),
        kek: generation.id(),
        cosignature: None,
        created_at: at,
        retired_at: None,
    };
    row.wrapped = generation
        .wrap_server_key(&secret, rows::binding(&row), entropy)
        .map_err(ServerKeysError::Wrap)?;
    Ok(row)
}
