//! How a cache was found, and what to tell the person.

use crate::keyring::KeyringError;

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
    /// The keyring lost the key of the file. Its content cannot be read any more, and a fresh sync mends it.
    KeyLost,
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
            Self::KeyLost => Some(
                "The keyring has lost the key of this computer's copy, so it was removed. A fresh one comes with the next \
                 connection.",
            ),
            Self::Replaced => Some(
                "This computer's copy was damaged and removed. A fresh one comes with the next connection.",
            ),
            Self::NotStored(error) => Some(error.words()),
        }
    }
}
