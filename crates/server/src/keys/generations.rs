//! A new generation of the key-encryption key (rule 33), in three steps that each leave everything readable: the new one becomes
//! the one that wraps, in one transaction with the server's own keys; data keys are wrapped anew, some at a time; a generation
//! that wraps nothing any more is destroyed. Values stay as they are.

use super::{ServerKeys, ServerKeysError, name, root_change, rows};
use crate::events::Event;
use claviger_crypto::keys::{KeyError, KeyGeneration, RootKey, SecretVersion};
use claviger_ledger::leaf::{Fact, Object};
use claviger_model::{
    entropy::Entropy,
    event::EventKind,
    ids::{KeyId, OrganizationId},
};
use claviger_storage::{Locked, StorageError, organization::KekGeneration, versions::WrappedKey};

/// Data keys of one transaction; bounds how long the lock is held.
pub const BATCH: u32 = 64;

/// Why a generation is not replaced.
#[derive(Debug, thiserror::Error)]
pub enum GenerationError {
    /// The database.
    #[error("the keys in the database cannot be changed")]
    Storage(#[from] StorageError),
    /// An earlier change is not finished.
    #[error("generation {0} still wraps data keys; a rotation that was begun goes on first")]
    Unfinished(u32),
    /// The root is being changed, and one file alone could not wrap for both.
    #[error("the root key is being changed; finish that first with `keys rotate --finish-root`")]
    RootChanging,
    /// The root key is not the one of the database.
    #[error("the keys do not open")]
    Keys(#[from] ServerKeysError),
    /// A wrapped key does not open: its row was altered.
    #[error("a data key of the secret `{secret}` does not open")]
    DataKey {
        /// Whose.
        secret: claviger_model::ids::SecretId,
        /// Why.
        source: KeyError,
    },
    /// There are no more numbers.
    #[error("there were too many generations")]
    Exhausted,
}

/// Makes a new generation the one that wraps. The server's own keys are under it at once.
///
/// # Errors
/// When an earlier change is not finished, or a key does not open.
pub async fn begin(
    locked: &mut dyn Locked,
    keys: &ServerKeys,
    root: &dyn RootKey,
    organization: OrganizationId,
    entropy: &dyn Entropy,
) -> Result<Event, GenerationError> {
    let keks = locked.kek_generations().await?;
    if let Some(old) = keks.iter().find(|kek| kek.retired_at.is_some()) {
        return Err(GenerationError::Unfinished(old.generation));
    }
    if keks.iter().any(|kek| kek.next_wrapped.is_some()) {
        return Err(GenerationError::RootChanging);
    }
    if keks.iter().any(|kek| !root_change::opens(root, &kek.wrapped)) {
        return Err(ServerKeysError::Root(keys.current).into());
    }
    let newest = keks.iter().map(|kek| kek.generation).max().unwrap_or(0);
    let number = newest.checked_add(1).ok_or(GenerationError::Exhausted)?;
    let generation = KeyGeneration::random(u64::from(number), organization, entropy);
    let now = locked.now();
    let row = KekGeneration {
        id: generation.id(),
        generation: number,
        wrapped: generation.wrap(root, entropy).map_err(ServerKeysError::Wrap)?,
        next_wrapped: None,
        created_at: now,
        retired_at: None,
    };
    locked.put_kek_generation(&row).await?;
    for old in &keks {
        locked.retire_kek_generation(old.id, now).await?;
    }
    for row in locked.server_keys().await? {
        let wrapped = if row.wrapped.is_empty() {
            Vec::new()
        } else {
            let old = keys
                .generation(row.kek)
                .ok_or(ServerKeysError::Missing("key-encryption"))?;
            let key = old
                .unwrap_server_key(&row.wrapped, rows::binding(&row))
                .map_err(|source| ServerKeysError::Key {
                    purpose: name(row.purpose),
                    source,
                })?;
            generation
                .wrap_server_key(&key, rows::binding(&row), entropy)
                .map_err(ServerKeysError::Wrap)?
        };
        locked
            .rewrap_server_key(row.id, &wrapped, generation.id())
            .await?;
    }
    Ok(event(
        EventKind::KeyRotated,
        generation.id(),
        u64::from(number),
        entropy,
    ))
}

/// Wraps some data keys of a retired generation under the current one; says how many. None are left when it says 0.
///
/// # Errors
/// When a data key does not open; then nothing of it may be committed.
pub async fn rewrap_some(
    locked: &mut dyn Locked,
    keys: &ServerKeys,
    retired: KeyId,
    entropy: &dyn Entropy,
) -> Result<usize, GenerationError> {
    let current = keys
        .current_generation()
        .ok_or(ServerKeysError::Missing("key-encryption"))?;
    // What is not there was destroyed by another process.
    let Some(old) = keys.generation(retired).filter(|old| old.id() != current.id()) else {
        return Ok(0);
    };
    let mut wrapped = locked.data_keys_under(retired, BATCH).await?;
    for row in &mut wrapped {
        *row = rewrapped(row, old, current, entropy).map_err(|source| GenerationError::DataKey {
            secret: row.secret,
            source,
        })?;
    }
    locked.rewrap_data_keys(&wrapped).await?;
    Ok(wrapped.len())
}

/// Destroys a retired generation if it wraps nothing any more.
///
/// # Errors
/// When the database fails.
pub async fn destroy(
    locked: &mut dyn Locked,
    keys: &ServerKeys,
    retired: KeyId,
    entropy: &dyn Entropy,
) -> Result<Option<Event>, GenerationError> {
    if !locked.destroy_kek_generation(retired).await? {
        return Ok(None);
    }
    let number = keys.generation(retired).map_or(0, KeyGeneration::number);
    Ok(Some(event(EventKind::KeyDestroyed, retired, number, entropy)))
}

fn rewrapped(
    row: &WrappedKey,
    old: &KeyGeneration,
    current: &KeyGeneration,
    entropy: &dyn Entropy,
) -> Result<WrappedKey, KeyError> {
    let of = SecretVersion {
        secret: row.secret,
        version: row.version,
    };
    let data = old.unwrap_data_key(&row.data_key, of)?;
    Ok(WrappedKey {
        data_key: current.wrap_data_key(&data, of, entropy)?,
        kek: current.id(),
        ..row.clone()
    })
}

fn event(kind: EventKind, key: KeyId, number: u64, entropy: &dyn Entropy) -> Event {
    super::told(kind, "key-encryption", entropy)
        .on(Object {
            key: Some(key),
            ..Object::default()
        })
        .fact("number", Fact::Number(i64::try_from(number).unwrap_or(i64::MAX)))
}
