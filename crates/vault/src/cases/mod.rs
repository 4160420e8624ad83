//! The use cases: one file each, all of them methods of [`crate::Vault`].
//!
//! Those that only look read a snapshot of the book; those that change something call the server and let the next sync bring
//! what came of it.

mod due;
mod list;
mod names;
mod places;
mod row;
mod search;
