//! The queries, written once and compiled for each driver.
//!
//! The driver's module defines the types `Db`, `Row`, `Connection`, the fragments `any!`, `any_text!`, `wanted!`, and the
//! functions that bind lists; everything else is common to both.

mod cells;
mod changes;
mod failures;
mod grants;
mod handle;
mod journal;
mod locked;
mod log;
mod log_append;
mod log_search;
mod orders;
mod organization;
mod principals;
mod releases;
mod requests;
mod roles;
mod scope_tree;
mod scopes;
mod secrets;
mod secrets_write;
mod server_keys;
mod sessions;
mod sign_in;
mod teams;
mod versions;

pub(super) use handle::Handle;

use super::{Connection, Db, HEAD_UNDER_LOCK, Row, ids, list, texts};

/// Rows in one statement at most, so that their cells stay below the drivers' limits.
const ROWS_AT_ONCE: usize = 500;
