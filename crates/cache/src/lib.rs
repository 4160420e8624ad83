//! The local encrypted cache: SQLite and the OS keyring (security rules 21–27).
//!
//! [`Cache::open`] is the door. What stands in the file is opaque numbers and sealed bytes: padded pages of records and one
//! row for each lease, each sealed under a key of its own out of one key table, which is sealed under the key in the keyring.
//! To destroy something is to write the key table anew without its key, under a new key (`generation.rs`).
//!
//! To add a kind of record: a `Book`, and a file with its row and its two or three methods on [`Cache`].

mod book;
pub mod boot;
mod cache;
mod change;
mod documents;
mod entitled;
mod error;
mod expiry;
mod file;
mod generation;
pub mod high_water;
mod history;
mod items;
mod journal;
mod key_table;
pub mod keyring;
mod layout;
mod lease;
mod marks;
mod opening;
mod orders;
mod page;
mod plan;
mod read;
mod secret_view;
mod state;
#[cfg(test)]
mod tests;

pub use cache::{Cache, Device, MAX_DOCUMENT, Opened, Parts};
pub use change::{Change, Stored};
pub use error::{CacheError, OpenError};
pub use expiry::NAMES_LEASE;
pub use high_water::ClockSetBack;
pub use history::{HistoryRecord, LogPin};
pub use items::{DeviceItem, Enrolled, GoodbyeItem, KeyBytes, SessionItem};
pub use journal::{JournalTail, Receipt};
pub use keyring::{ItemName, KeyStore, KeyringError, MemoryKeyStore, SecretServiceKeyStore};
pub use lease::{KeepLease, LeaseError, LeaseSummary};
pub use marks::Mark;
pub use opening::Opening;
pub use orders::{Executed, OrderError, PendingAcknowledgement};
pub use secret_view::SecretView;
