//! Another root key (rule 33), in two transactions. After the first, every generation is wrapped by the old root and by the new one,
//! so that each server can be given the new one when it suits; after the second, by the new one alone.

use super::{ServerKeys, ServerKeysError};
use crate::events::Event;
use claviger_crypto::keys::{KeyGeneration, RootKey};
use claviger_ledger::{
    label::Label,
    leaf::{Fact, Object},
};
use claviger_model::{entropy::Entropy, event::EventKind};
use claviger_storage::{Locked, StorageError};

/// Why the root is not changed.
#[derive(Debug, thiserror::Error)]
pub enum RootChangeError {
    /// The database.
    #[error("the keys in the database cannot be changed")]
    Storage(#[from] StorageError),
    /// A generation cannot be wrapped or opened.
    #[error("the keys do not open")]
    Keys(#[from] ServerKeysError),
    /// The new root is the one that is in use.
    #[error("this root key is the one in use already; name one that is not there, and a new key is made")]
    Same,
    /// The configuration names the new root already.
    #[error(
        "`root_key` is the new root key already; the change is finished with `keys rotate --finish-root`"
    )]
    Begun,
    /// The configuration names the old root still.
    #[error(
        "`root_key` still is the old root key; give every server the new one and restart it, and finish then"
    )]
    OldInUse,
    /// Nothing was begun.
    #[error("the root key is not being changed; `keys rotate --root FILE` begins")]
    NotBegun,
}

/// Whether a root made this wrapping.
pub(super) fn opens(root: &dyn RootKey, wrapped: &[u8]) -> bool {
    KeyGeneration::root_of(wrapped).is_ok_and(|id| id == root.id())
}

/// Wraps every generation by the new root too. Begun again, it wraps by whichever is new now.
///
/// # Errors
/// When the configured root is not the one that is to be replaced.
pub async fn begin(
    locked: &mut dyn Locked,
    keys: &ServerKeys,
    (old, new): (&dyn RootKey, &dyn RootKey),
    entropy: &dyn Entropy,
) -> Result<Event, RootChangeError> {
    let keks = locked.kek_generations().await?;
    if old.id() == new.id() {
        return Err(RootChangeError::Same);
    }
    if keks.iter().any(|kek| !opens(old, &kek.wrapped)) {
        return Err(RootChangeError::Begun);
    }
    for kek in &keks {
        let generation = keys.generation(kek.id).ok_or(ServerKeysError::Root(kek.id))?;
        let next = generation.wrap(new, entropy).map_err(ServerKeysError::Wrap)?;
        locked
            .rewrap_kek_generation(kek.id, &kek.wrapped, Some(&next))
            .await?;
    }
    Ok(event(new, "begun", entropy))
}

/// Forgets the wrappings by the old root.
///
/// # Errors
/// When nothing was begun, or the configured root is the old one still.
pub async fn finish(
    locked: &mut dyn Locked,
    root: &dyn RootKey,
    entropy: &dyn Entropy,
) -> Result<Event, RootChangeError> {
    let keks = locked.kek_generations().await?;
    if keks.iter().all(|kek| kek.next_wrapped.is_none()) {
        return Err(RootChangeError::NotBegun);
    }
    for kek in &keks {
        match &kek.next_wrapped {
            Some(next) if opens(root, next) => locked.rewrap_kek_generation(kek.id, next, None).await?,
            _ => return Err(RootChangeError::OldInUse),
        }
    }
    Ok(event(root, "finished", entropy))
}

fn event(root: &dyn RootKey, step: &str, entropy: &dyn Entropy) -> Event {
    let event = super::told(EventKind::KeyRotated, "root", entropy).on(Object {
        key: Some(root.id()),
        ..Object::default()
    });
    match Label::new(step) {
        Ok(step) => event.fact("step", Fact::Label(step)),
        Err(_) => event,
    }
}
