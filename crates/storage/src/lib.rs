//! The server's tables: SQLite and PostgreSQL behind one set of traits.
//!
//! A [`Store`] hands out two kinds of access:
//!
//! - [`Store::reader`] and [`Store::snapshot`]: a [`Reader`], outside the lock, for lists and look-ups;
//! - [`Store::locked`]: a [`Locked`], the one transaction in which decisions are made and events appended (rule 9).
//!   It can do everything a reader can, plus every write. Dropping it rolls everything back.
//!
//! Each subject has a file here with its row types, a `…Reads` and a `…Writes` trait. Every write that devices must hear of
//! (secrets, scopes, grants, teams, requests, orders) records its own entry in the feed of changes, so none can be forgotten.
//!
//! To add a table: its migration in `migrations/sqlite` and `migrations/postgres`, its types and traits in a file here, its
//! queries in `tables/`, which is compiled once for each driver, and its contract in `tests/contract`.

#![expect(
    clippy::duplicate_mod,
    reason = "the queries are compiled once for each driver"
)]

#[macro_use]
mod columns;

pub mod approvals;
pub mod changes;
mod codes;
pub mod config;
pub mod connected;
pub mod deeds;
pub mod emergency;
pub mod error;
pub mod failures;
pub mod files;
pub mod grants;
pub mod guardrails;
pub mod holdings;
pub mod journal;
mod known_edge;
pub mod leaving;
pub mod log;
mod migrations;
pub mod notices;
pub mod offboarding;
pub mod orders;
pub mod organization;
mod postgres;
pub mod postgres_url;
pub mod principals;
pub mod proposals;
mod raw_id;
pub mod reach;
pub mod releases;
pub mod requests;
pub mod scim;
pub mod scopes;
pub mod secrets;
pub mod services;
pub mod sessions;
pub mod sign_in;
mod sqlite;
pub mod store;
mod translate;
pub mod usage;
pub mod versions;
pub mod webhooks;

pub use config::{Database, StoreConfig, TimeSource};
pub use error::{Conflict, StorageError};
pub use store::{Locked, Reader, Store};

/// A SHA-256 or HMAC-SHA-256 value.
pub type Digest = [u8; 32];

/// What every call here returns.
pub type Result<T, E = StorageError> = std::result::Result<T, E>;
