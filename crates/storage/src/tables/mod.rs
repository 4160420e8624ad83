//! The queries, written once and compiled for each driver.
//!
//! The driver's module defines the types `Db`, `Row`, `Connection`, the fragments `any!`, `any_text!`, `wanted!`, and the
//! functions that bind lists; everything else is common to both.

mod cells;
mod changes;
mod deeds;
mod emergency;
mod emergency_write;
mod failures;
mod files;
#[macro_use]
mod grants;
mod approvals;
mod approvals_write;
mod connected;
mod connected_write;
mod grants_write;
mod guardrails;
mod handle;
mod holdings;
mod journal;
mod leaving;
mod locked;
mod log;
mod log_append;
mod log_search;
mod notices;
mod notices_write;
mod offboarding;
mod offboarding_write;
mod orders;
mod organization;
mod principals;
mod principals_write;
mod proposals;
mod reach;
mod release_reads;
mod releases;
mod requests;
mod roles;
mod rows;
mod scim;
mod scim_write;
mod scope_tree;
mod scopes;
mod secrets;
mod secrets_write;
mod server_keys;
mod services;
mod sessions;
mod sessions_write;
mod sign_in;
mod teams;
mod usage;
mod versions;
mod versions_write;
mod webhooks;

pub(super) use deeds::roll as roll_deeds;
pub(super) use handle::Handle;
pub(super) use sign_in::{put_challenge, sweep};
pub(super) use usage::roll as roll_usage;

use super::{Connection, Db, HEAD_UNDER_LOCK, Row, TOGETHER, ids, list, numbers, texts};
