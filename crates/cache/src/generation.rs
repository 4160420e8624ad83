//! Destroying is destroying the key (rule 23).
//!
//! 1. The keyring takes the next generation and its new key as *pending*.
//! 2. One transaction writes the key table without the keys that go, sealed under the new key, and removes the rows.
//! 3. The keyring's item becomes the new generation; the old key is gone, and with it every older copy of the file.
//! 4. SQLite's log is emptied; freed pages were overwritten (`secure_delete`).
//!
//! A crash before 2 leaves the old generation in force, a crash after it the new one; the next start sees which by the table.

use crate::{
    error::CacheError,
    file,
    items::{self, KeyBytes},
    keyring::ItemName,
    plan::Plan,
    state::{State, stored},
};
use claviger_crypto::{
    bytes::sha256,
    secret::{Key256, SecretBytes},
};
use claviger_model::entropy::Entropy;
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

/// The cache's item in the keyring.
#[derive(Serialize, Deserialize, Default)]
pub(crate) struct CacheItem {
    /// 0 before there was a table.
    pub(crate) generation: u64,
    key: KeyBytes,
    pub(crate) pending: Option<Pending>,
    /// The newest journal entry that the server has, so that the journal goes on after the file was lost.
    pub(crate) journal: Option<(u64, [u8; 32])>,
}

/// The generation that is being written.
#[derive(Serialize, Deserialize)]
pub(crate) struct Pending {
    generation: u64,
    key: KeyBytes,
}

/// Where a test can make a change break off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    BeforePending,
    AfterPending,
    BeforeCommit,
    AfterCommit,
    AfterPromotion,
}

impl CacheItem {
    /// The key that a table of this generation is sealed under, if it is the present or the pending one.
    pub(crate) fn key_of(&self, generation: u64) -> Option<Key256> {
        let pending = self
            .pending
            .as_ref()
            .filter(|pending| pending.generation == generation);
        match pending {
            Some(pending) => read_key(&pending.key),
            None if self.generation == generation => read_key(&self.key),
            None => None,
        }
    }

    /// The item once the table's generation decided between the present and the pending one.
    pub(crate) fn settled(&self, generation: u64) -> Self {
        let key = match &self.pending {
            Some(pending) if pending.generation == generation => &pending.key,
            _ => &self.key,
        };
        Self {
            generation,
            key: KeyBytes::new(&key.to_secret()),
            pending: None,
            journal: self.journal,
        }
    }

    /// Moves the generation beyond everything that was seen, so that it never falls.
    pub(crate) fn raise(&mut self, seen: u64, entropy: &dyn Entropy) {
        let pending = self.pending.as_ref().map_or(0, |pending| pending.generation);
        self.generation = self.generation.max(pending).max(seen);
        if read_key(&self.key).is_none() {
            self.key = write_key(&Key256::random(entropy));
        }
    }
}

impl State {
    pub(crate) async fn load_item(&self) -> Result<Option<CacheItem>, CacheError> {
        Ok(items::read(self.parts.keys.as_ref(), &self.item_name()).await?)
    }

    pub(crate) async fn save_item(&self) -> Result<(), CacheError> {
        Ok(items::write(self.parts.keys.as_ref(), &self.item_name(), &self.item).await?)
    }

    const fn item_name(&self) -> ItemName {
        ItemName::cache(self.device.organization, self.device.id)
    }

    /// Carries out a plan with a new generation; keys of slots without a row are destroyed by it.
    pub(crate) async fn rotate(&mut self, plan: Plan) -> Result<(), CacheError> {
        let generation = self.item.generation.saturating_add(1);
        let entropy = self.parts.entropy.clone();
        let key = Key256::random(entropy.as_ref());
        let mut table = self.table.only(|slot| plan.keeps(slot, &self.rows));
        for (slot, key) in plan.new_keys() {
            table.insert(slot, key.duplicate());
        }
        table.add_spares(plan.next_slot(), entropy.as_ref());
        let sealed = table
            .seal(self.owner, generation, &key, entropy.as_ref())
            .map_err(|_| CacheError::TooLarge(usize::MAX))?;

        self.pass(Step::BeforePending)?;
        self.item.pending = Some(Pending {
            generation,
            key: write_key(&key),
        });
        self.save_item().await?;
        self.pass(Step::AfterPending)?;

        file::begin(&mut self.connection).await?;
        plan.write(&mut self.connection).await?;
        write_table(&mut self.connection, generation, plan.next_slot(), &sealed).await?;
        self.pass(Step::BeforeCommit)?;
        file::commit(&mut self.connection).await?;
        self.pass(Step::AfterCommit)?;

        let promoted = self.item.settled(generation);
        self.item = promoted;
        self.save_item().await?;
        self.pass(Step::AfterPromotion)?;

        file::truncate_log(&mut self.connection).await?;
        self.digest = sha256(&sealed);
        self.table = table;
        self.take_over(plan);
        Ok(())
    }

    fn pass(&self, step: Step) -> Result<(), CacheError> {
        if self.fault == Some(step) {
            Err(CacheError::Interrupted)
        } else {
            Ok(())
        }
    }
}

async fn write_table(
    connection: &mut SqliteConnection,
    generation: u64,
    next_slot: u64,
    sealed: &[u8],
) -> Result<(), CacheError> {
    sqlx::query(
        "INSERT INTO key_table (id, generation, next_slot, sealed) VALUES (1, $1, $2, $3)
         ON CONFLICT (id) DO UPDATE
         SET generation = excluded.generation, next_slot = excluded.next_slot, sealed = excluded.sealed",
    )
    .bind(stored(generation))
    .bind(stored(next_slot))
    .bind(sealed)
    .execute(connection)
    .await?;
    Ok(())
}

fn read_key(bytes: &KeyBytes) -> Option<Key256> {
    Key256::from_slice(bytes.to_secret().expose())
}

fn write_key(key: &Key256) -> KeyBytes {
    KeyBytes::new(&SecretBytes::copy_from(key.expose()))
}
