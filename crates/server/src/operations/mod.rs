//! One use case a file, with its handler. Each asks the one function that decides, and appends to the log through the
//! sequencer.
//!
//! To add an operation: a file with its handler, its line in the `routes` of its module, and its rows in the golden
//! table of `tests/operations/authorization`, which fails without them.

pub mod access;
pub mod device;
pub mod emergency;
mod files;
pub mod grants;
pub mod guardrails;
mod history;
mod log;
mod moving;
mod notices;
pub mod offboarding;
pub mod orders;
pub mod path;
pub mod principals;
mod proposals;
mod provisioning;
pub mod release;
pub mod requests;
mod roles;
mod scopes;
pub mod secrets;
pub mod services;
mod state;
pub mod sync;
mod teams;
pub mod view;
pub mod webhooks;
mod words;

use crate::http::{Handled, handle};
use claviger_protocol::route;

/// The routes of all operations.
pub fn routes() -> Vec<Handled> {
    [
        vec![handle(route::RELEASES, release::release)],
        secrets::routes(),
        scopes::routes(),
        moving::routes(),
        principals::routes(),
        grants::routes(),
        access::routes(),
        roles::routes(),
        guardrails::routes(),
        files::routes(),
        proposals::routes(),
        teams::routes(),
        services::routes(),
        emergency::routes(),
        requests::routes(),
        notices::routes(),
        webhooks::routes(),
        provisioning::routes(),
        offboarding::routes(),
        sync::routes(),
        history::routes(),
        log::routes(),
        device::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
