//! The key table (rule 23): a key for each page and each lease, sealed under the key in the keyring.
//!
//! A page's slot is its number and the number of its key. Slots are never used again. The table holds spare keys beyond the
//! slots that are taken, so that a new page or lease changes neither table nor keyring; only destroying does, and
//! running out of spares.

use crate::{book::Book, page::Id};
use claviger_crypto::{
    bytes::sha256,
    envelope::{self, Binding, Envelope, EnvelopeKey},
    secret::{Key256, SecretBytes},
};
use claviger_model::{
    entropy::Entropy,
    ids::{DeviceId, KeyId, OrganizationId},
};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// How many keys are made ahead.
pub(crate) const SPARES: u64 = 128;

const SLOT: usize = 8 + 32;

/// Whose table it is; bound into everything that is sealed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owner {
    pub(crate) organization: OrganizationId,
    pub(crate) device: DeviceId,
}

/// Something sealed that does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// The open table.
#[derive(Debug, Default)]
pub(crate) struct KeyTable {
    keys: BTreeMap<u64, Key256>,
}

impl KeyTable {
    pub(crate) fn insert(&mut self, slot: u64, key: Key256) {
        self.keys.insert(slot, key);
    }

    pub(crate) fn key(&self, slot: u64) -> Option<&Key256> {
        self.keys.get(&slot)
    }

    /// Slots below `next` without a row: their keys are to be destroyed.
    pub(crate) fn dead<'a>(
        &'a self,
        next: u64,
        alive: impl Fn(u64) -> bool + 'a,
    ) -> impl Iterator<Item = u64> + 'a {
        self.keys
            .range(..next)
            .map(|(slot, _)| *slot)
            .filter(move |slot| !alive(*slot))
    }

    /// A copy with the keys of some slots only.
    pub(crate) fn only(&self, alive: impl Fn(u64) -> bool) -> Self {
        let keys = self.keys.iter().filter(|(slot, _)| alive(**slot));
        Self {
            keys: keys.map(|(slot, key)| (*slot, key.duplicate())).collect(),
        }
    }

    /// Makes spare keys from a slot on.
    pub(crate) fn add_spares(&mut self, from: u64, entropy: &dyn Entropy) {
        for slot in (from..).take(usize::try_from(SPARES).unwrap_or(0)) {
            self.keys.entry(slot).or_insert_with(|| Key256::random(entropy));
        }
    }

    /// Seals the table for a generation.
    pub(crate) fn seal(
        &self,
        owner: Owner,
        generation: u64,
        key: &Key256,
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, envelope::SealError> {
        let mut plain = Zeroizing::new(Vec::with_capacity(self.keys.len().saturating_mul(SLOT)));
        for (slot, key) in &self.keys {
            plain.extend_from_slice(&slot.to_be_bytes());
            plain.extend_from_slice(key.expose());
        }
        envelope::seal(
            &numbered(generation, key),
            &owner.table(generation),
            &plain,
            entropy,
        )
    }

    /// Opens a sealed table of a generation.
    pub(crate) fn open(
        owner: Owner,
        generation: u64,
        key: &Key256,
        sealed: &[u8],
    ) -> Result<Self, Unreadable> {
        let plain = open(sealed, &numbered(generation, key), &owner.table(generation))?;
        let mut keys = BTreeMap::new();
        let mut rest = plain.expose();
        while let Some((slot, after)) = rest.split_first_chunk::<8>() {
            let (key, after) = after.split_first_chunk::<32>().ok_or(Unreadable)?;
            keys.insert(u64::from_be_bytes(*slot), Key256::from_bytes(key));
            rest = after;
        }
        if rest.is_empty() {
            Ok(Self { keys })
        } else {
            Err(Unreadable)
        }
    }
}

impl Owner {
    /// Seals a page under the key of its slot.
    pub(crate) fn seal_page(
        self,
        book: Book,
        slot: u64,
        key: &Key256,
        plain: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, envelope::SealError> {
        envelope::seal(&numbered(slot, key), &self.page(book, slot), plain, entropy)
    }

    /// Opens a page.
    pub(crate) fn open_page(
        self,
        book: Book,
        slot: u64,
        key: &Key256,
        sealed: &[u8],
    ) -> Result<SecretBytes, Unreadable> {
        open(sealed, &numbered(slot, key), &self.page(book, slot))
    }

    const fn table(&self, generation: u64) -> Binding<'_> {
        Binding {
            purpose: "cache-key-table",
            organization: self.organization,
            object: self.device.as_bytes(),
            version: generation,
            field: "",
        }
    }

    const fn page(&self, book: Book, slot: u64) -> Binding<'_> {
        Binding {
            purpose: "cache-page",
            organization: self.organization,
            object: self.device.as_bytes(),
            version: slot,
            field: book.label(),
        }
    }
}

fn open(sealed: &[u8], key: &EnvelopeKey, binding: &Binding<'_>) -> Result<SecretBytes, Unreadable> {
    Envelope::parse(sealed)
        .and_then(|envelope| envelope.open(key, binding))
        .map_err(|_| Unreadable)
}

/// Keys are named by their slot or generation.
fn numbered(number: u64, key: &Key256) -> EnvelopeKey {
    EnvelopeKey::new(KeyId::from_bytes(wide(number)), key.duplicate())
}

/// A number as an id: 8 zeros, then the number big-endian.
pub(crate) fn wide(number: u64) -> Id {
    u128::from(number).to_be_bytes()
}

/// A record id out of a name.
pub(crate) fn named(name: &str) -> Id {
    let mut id = [0; 16];
    id.iter_mut()
        .zip(sha256(name.as_bytes()))
        .for_each(|(to, from)| *to = from);
    id
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use claviger_model::entropy::Sequence;

    #[test]
    fn a_table_opens_for_its_owner_generation_and_key_only() {
        let entropy = Sequence::new(1);
        let owner = Owner {
            organization: OrganizationId::from_bytes([1; 16]),
            device: DeviceId::from_bytes([2; 16]),
        };
        let (key, other) = (Key256::random(&entropy), Key256::random(&entropy));
        let mut table = KeyTable::default();
        table.add_spares(5, &entropy);
        let sealed = table.seal(owner, 7, &key, &entropy).unwrap();
        assert_eq!(
            KeyTable::open(owner, 7, &key, &sealed).unwrap().key(5),
            table.key(5)
        );
        assert!(KeyTable::open(owner, 6, &key, &sealed).is_err());
        assert!(KeyTable::open(owner, 7, &other, &sealed).is_err());
        let clone = Owner {
            device: DeviceId::from_bytes([3; 16]),
            ..owner
        };
        assert!(KeyTable::open(clone, 7, &key, &sealed).is_err());

        let page = owner
            .seal_page(Book::Secrets, 5, table.key(5).unwrap(), b"p", &entropy)
            .unwrap();
        assert!(
            owner
                .open_page(Book::Secrets, 5, table.key(5).unwrap(), &page)
                .is_ok()
        );
        assert!(
            owner
                .open_page(Book::History, 5, table.key(5).unwrap(), &page)
                .is_err()
        );
        assert!(
            owner
                .open_page(Book::Secrets, 6, table.key(6).unwrap(), &page)
                .is_err()
        );
    }

    #[test]
    fn dead_keys_are_those_of_taken_slots_without_a_row() {
        let mut table = KeyTable::default();
        table.add_spares(1, &Sequence::new(1));
        assert_eq!(table.dead(4, |slot| slot == 2).collect::<Vec<_>>(), [1, 3]);
        let kept = table.only(|slot| slot == 2);
        assert!(kept.key(1).is_none() && kept.key(2).is_some());
    }
}
