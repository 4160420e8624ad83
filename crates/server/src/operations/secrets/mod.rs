//! Secrets: making, changing, moving, deleting and looking at them; values never come out here.

pub mod bin;
mod create;
mod edit;
pub mod locate;
mod look;
mod relocate;
pub mod value;
mod write;

use crate::http::{Handled, handle};
use claviger_protocol::route;

/// The routes of this module.
pub fn routes() -> Vec<Handled> {
    vec![
        handle(route::CREATE_SECRET, create::create),
        handle(route::SECRET, look::secret),
        handle(route::EDIT_SECRET, edit::edit),
        handle(route::VERSIONS, look::versions),
        handle(route::WRITE_VERSION, write::write),
        handle(route::ROLL_BACK, write::roll_back),
        handle(route::MOVE_SECRET, relocate::relocate),
        handle(route::DELETE_SECRET, bin::delete),
        handle(route::RESTORE_SECRET, bin::restore),
        handle(route::BIN, bin::list),
    ]
}
