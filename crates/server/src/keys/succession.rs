//! New keys for log, orders and sealing, each with the word of the old one (rules 20 and 39), in one transaction: from its commit on
//! no process signs with an old key, since each reads the head's number with the lock.

use super::{ServerKeys, ServerKeysError, make, name, rows};
use crate::events::Event;
use claviger_crypto::{
    signing::{ServerKey as SigningKey, SigningError},
    succession::Succession,
};
use claviger_ledger::{
    checkpoint::Checkpoint,
    hash::NodeHash,
    leaf::{Fact, Object},
    log_key::{LogKey, LogKeyError},
};
use claviger_model::{
    entropy::Entropy,
    event::EventKind,
    ids::{OrderId, OrganizationId},
};
use claviger_protocol::signed::Signed;
use claviger_storage::{
    Digest, Locked, StorageError,
    log::{NotaryError, SignCheckpoint},
    organization::{KeyPurpose, ServerKey},
};

/// Orders of one read.
const PAGE: u32 = 500;

/// Why a key is not replaced.
#[derive(Debug, thiserror::Error)]
pub enum SuccessionError {
    /// The database.
    #[error("the keys in the database cannot be changed")]
    Storage(#[from] StorageError),
    /// A key cannot be opened or wrapped.
    #[error("the keys do not open")]
    Keys(#[from] ServerKeysError),
    /// A signing key is malformed.
    #[error("a signing key is malformed")]
    Signing(#[from] SigningError),
    /// The log's key is malformed.
    #[error("the log's key is malformed")]
    Log(#[from] LogKeyError),
    /// A stored order is malformed.
    #[error("the order `{0}` does not parse, so that it cannot be signed anew")]
    Order(OrderId),
    /// A key that nothing follows.
    #[error("the key for {0} is not replaced by this")]
    Purpose(&'static str),
}

/// What was replaced.
pub struct Replaced {
    /// To be recorded.
    pub event: Event,
    /// The log's new key: it signs the checkpoint of this transaction together with the old one.
    pub log: Option<LogKey>,
}

/// Signs a checkpoint with the old and the new key, so that whoever pinned either can go on from it.
pub struct HandOver<'a>(Vec<&'a LogKey>);

impl<'a> HandOver<'a> {
    /// The key that is replaced, and what replaces it, if anything does.
    pub fn new(old: &'a LogKey, new: Option<&'a LogKey>) -> Self {
        Self(std::iter::once(old).chain(new).collect())
    }
}

impl SignCheckpoint for HandOver<'_> {
    fn sign(&self, origin: &str, size: u64, root: &Digest) -> Result<String, NotaryError> {
        let checkpoint = Checkpoint {
            origin: origin.to_owned(),
            size,
            root: NodeHash::from_bytes(*root),
        };
        Ok(checkpoint.sign_by(&self.0)?)
    }
}

/// Puts a new key in the place of the one that is in use. The old one's private half is destroyed.
///
/// # Errors
/// When a key does not open, or this purpose has none that follows another.
pub async fn replace(
    locked: &mut dyn Locked,
    keys: &ServerKeys,
    purpose: KeyPurpose,
    organization: OrganizationId,
    entropy: &dyn Entropy,
) -> Result<Replaced, SuccessionError> {
    if !matches!(
        purpose,
        KeyPurpose::Log | KeyPurpose::Orders | KeyPurpose::Sealing
    ) {
        return Err(SuccessionError::Purpose(name(purpose)));
    }
    let missing = ServerKeysError::Missing(name(purpose));
    let rows = locked.server_keys().await?;
    let old = rows
        .iter()
        .filter(|row| row.purpose == purpose && row.retired_at.is_none())
        .max_by_key(|row| row.generation)
        .ok_or(missing)?;
    let generation = keys
        .current_generation()
        .ok_or(ServerKeysError::Missing("key-encryption"))?;
    let (number, now) = (old.generation.saturating_add(1), locked.now());
    let mut row = make::key((purpose, number), generation, now, entropy)?;
    let seed = generation
        .unwrap_server_key(&row.wrapped, rows::binding(&row))
        .map_err(ServerKeysError::Wrap)?;
    row.cosignature = Some(vouch(keys, organization, old, &row)?);
    locked.retire_server_key(old.id, now).await?;
    locked.put_server_key(&row).await?;
    let log = match purpose {
        KeyPurpose::Log => Some(LogKey::new(
            keys.log.verifier().name(),
            SigningKey::from_seed(&seed)?,
        )?),
        KeyPurpose::Orders => {
            sign_anew(locked, &SigningKey::from_seed(&seed)?).await?;
            None
        }
        _ => None,
    };
    let event = super::told(EventKind::KeyRotated, name(purpose), entropy)
        .on(Object {
            key: Some(row.id),
            ..Object::default()
        })
        .fact("number", Fact::Number(i64::from(number)));
    Ok(Replaced { event, log })
}

/// The old key's word for the new one; for the sealing key, which cannot sign, that of the orders key.
fn vouch(
    keys: &ServerKeys,
    organization: OrganizationId,
    old: &ServerKey,
    new: &ServerKey,
) -> Result<Vec<u8>, SuccessionError> {
    let purpose = name(new.purpose);
    let public = |row: &ServerKey| -> Result<[u8; 32], SuccessionError> {
        let public = row.public.as_slice().try_into();
        public.map_err(|_| ServerKeysError::Missing(purpose).into())
    };
    let (from, to) = (public(old)?, public(new)?);
    let step = Succession {
        organization,
        purpose,
        number: u64::from(new.generation),
        from: &from,
        to: &to,
    };
    Ok(match new.purpose {
        KeyPurpose::Log => keys.log.vouch_for(&step),
        _ => step.sign(&keys.orders),
    })
}

/// Orders that no device has acknowledged: the new key signs the same bytes, since devices take the old one's word for nothing any
/// more once they follow.
async fn sign_anew(locked: &mut dyn Locked, orders: &SigningKey) -> Result<(), SuccessionError> {
    let mut after = None;
    loop {
        let some = locked.unacknowledged_orders(after, PAGE).await?;
        let Some(last) = some.last() else {
            return Ok(());
        };
        after = Some(last.id);
        for order in &some {
            let malformed = |_| SuccessionError::Order(order.id);
            let mut signed: Signed = serde_json::from_slice(&order.signed).map_err(malformed)?;
            signed.signature = orders.sign(&signed.body.0).into();
            let signed = serde_json::to_vec(&signed).map_err(malformed)?;
            locked.resign_order(order.id, &signed).await?;
        }
    }
}
