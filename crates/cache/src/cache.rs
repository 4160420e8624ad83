//! The cache of one device in one organization.

use crate::{
    boot::BootClock,
    error::{CacheError, OpenError},
    high_water::ClockSetBack,
    keyring::{KeyStore, KeyringError},
};
use claviger_crypto::signing::DeviceKey;
use claviger_ledger::log_key::VerifierKey;
use claviger_model::{
    entropy::Entropy,
    ids::{DeviceId, OrganizationId},
    time::{Clock, Timestamp},
};
use claviger_protocol::sync::CacheState;
use std::{path::Path, sync::Arc};

/// Whose cache it is.
#[derive(Debug, Clone)]
pub struct Device {
    /// The organization.
    pub organization: OrganizationId,
    /// The device.
    pub id: DeviceId,
    /// Signs journal entries and acknowledgements.
    pub key: Arc<DeviceKey>,
    /// The log's key of the pinned enrolment bundle; leases are verified with it.
    pub log: VerifierKey,
}

/// What the cache is given from outside.
#[derive(Clone)]
pub struct Parts {
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// The machine's running time.
    pub boot: Arc<dyn BootClock>,
    /// Randomness for keys and nonces.
    pub entropy: Arc<dyn Entropy>,
    /// The keyring.
    pub keys: Arc<dyn KeyStore>,
}

/// The open cache; clones share it.
#[derive(Clone)]
pub struct Cache;

/// An open cache and how it was found.
pub struct Opened {
    /// The cache.
    pub cache: Cache,
    /// How it was found.
    pub opening: Opening,
}

/// How a cache was found.
#[derive(Debug)]
pub enum Opening {
    /// There was none; it is new.
    Fresh,
    /// As it was left.
    Found {
        /// The names' own lease of 7 days ended; they were destroyed.
        names_expired: bool,
        /// Pages did not open and were dropped; the sync cursor was set back, so that the next sync fetches everything.
        damaged: bool,
    },
    /// The file is older than the device remembers, or gone (rule 24). Its content cannot be read any more, and a fresh sync
    /// mends it.
    RolledBack,
    /// The file was no sound database and was replaced; a fresh sync mends it.
    Replaced,
    /// Nothing is stored: the keyring is locked or absent. Everything works from memory, leases cannot be kept.
    NotStored(KeyringError),
}

impl Opening {
    /// What to tell the person, if anything.
    pub const fn words(&self) -> Option<&'static str> {
        match self {
            Self::Fresh
            | Self::Found {
                names_expired: false,
                damaged: false,
            } => None,
            Self::Found {
                names_expired: true, ..
            } => Some(
                "This computer had no contact with the server for 7 days, so its copy of names and history was removed. \
                 Connect once to have them again.",
            ),
            Self::Found { .. } => Some(
                "A part of this computer's copy was damaged and removed. It comes back with the next connection.",
            ),
            Self::RolledBack => Some(
                "This computer's copy is older than it should be, as after restoring a backup. It cannot be read any more; \
                 a fresh one comes with the next connection.",
            ),
            Self::Replaced => Some(
                "This computer's copy was damaged and removed. A fresh one comes with the next connection.",
            ),
            Self::NotStored(error) => Some(error.words()),
        }
    }
}

impl Cache {
    /// Opens or makes the cache of a device in a directory (made with 0700; the file has 0600). Finishes what a crash left half
    /// done, and destroys what ended in the meantime. Where the keyring is locked or absent, everything works from memory.
    ///
    /// # Errors
    /// When the file is in use, from a newer program, or cannot be read or written.
    pub async fn open(directory: &Path, device: Device, parts: Parts) -> Result<Opened, OpenError> {
        todo!()
    }

    /// A cache that stores nothing, on purpose.
    ///
    /// # Errors
    /// When the database cannot be made.
    pub async fn in_memory(device: Device, parts: Parts) -> Result<Self, OpenError> {
        todo!()
    }

    /// Removes the device's file and its keyring item for good, as after an order to destroy everything was acknowledged. The cache
    /// must be closed.
    ///
    /// # Errors
    /// When the keyring or the directory does not do it.
    pub async fn erase(
        directory: &Path,
        organization: OrganizationId,
        device: DeviceId,
        keys: &dyn KeyStore,
    ) -> Result<(), OpenError> {
        todo!()
    }

    /// Whether anything is stored; if not, leases cannot be kept.
    pub fn is_stored(&self) -> bool {
        todo!()
    }

    /// Closes the file and forgets the keys, as when the app locks. Later calls fail.
    pub async fn close(&self) {
        todo!()
    }

    /// For the sync call (rule 24); none where nothing is stored.
    pub async fn state(&self) -> Result<Option<CacheState>, CacheError> {
        todo!()
    }

    /// The present time as far as it is known: max(wall clock, high-water mark).
    pub async fn now(&self) -> Result<Timestamp, CacheError> {
        todo!()
    }

    /// Whether offline use is allowed by the clock (rule 22).
    pub async fn check_clock(&self) -> Result<Result<(), ClockSetBack>, CacheError> {
        todo!()
    }

    /// When the server was last heard of; none before the first contact. The age of everything that is shown offline.
    pub async fn last_contact(&self) -> Result<Option<Timestamp>, CacheError> {
        todo!()
    }

    /// Notes a contact with the server: its time moves the high-water mark and begins the names' lease anew.
    pub async fn contact(&self, server: Timestamp) -> Result<(), CacheError> {
        todo!()
    }

    /// To be called about every minute: moves the mark, destroys leases and names that ended. True when something was destroyed.
    pub async fn tick(&self) -> Result<bool, CacheError> {
        todo!()
    }

    /// A small document of the program's own under a name, such as settings.
    pub async fn document(&self, name: &str) -> Result<Option<Vec<u8>>, CacheError> {
        todo!()
    }

    /// Writes such a document, or removes it.
    ///
    /// # Errors
    /// When it is larger than 256 KiB, or the file cannot be written.
    pub async fn put_document(&self, name: &str, bytes: Option<&[u8]>) -> Result<(), CacheError> {
        todo!()
    }
}
