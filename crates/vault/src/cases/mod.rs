//! The use cases: one file each, all of them methods of [`crate::Vault`].
//!
//! Those that only look read a snapshot of the book; those that change something call the server, put its answer into the
//! book at once, and let the next sync bring the rest. To add one: a file here, its types in `view`, its method.

mod access;
mod access_requests;
mod access_view;
mod approval;
#[cfg(test)]
mod approving_tests;
mod bin;
mod conditions;
mod creating;
mod devices;
mod due;
mod emergency;
mod explain;
mod export;
mod favourite;
mod giving;
mod grant_change;
mod guardrails;
mod history;
mod host;
pub(crate) mod import;
mod input;
mod list;
mod managing;
mod names;
mod notices;
mod offboarding;
mod offline;
mod people;
mod places;
mod policy_files;
mod policy_folder;
mod proposals;
pub mod provisioning;
mod request_history;
mod requests;
mod roles;
mod row;
mod search;
mod secret;
mod services;
mod teams;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_of_loss;
pub mod value;
mod webhooks;
mod why;
mod write;

pub(crate) use creating::Creating;
