//! Service identities: made by a Lead within a scope of theirs, owned by a team, of one class, with keys that end.
//!
//! Who holds a service's key has what the service has, so that keys stand under the separation of duties: they are made by
//! somebody of the owning team, who may give the service nothing ([`crate::operations::grants::delegation`]); whoever gave it
//! something makes none, and whoever made one gives nothing while it lives. Giving a service to another team, and enabling it
//! again, is giving it everything that it holds.

mod create;
mod edit;
mod held;
mod key;
mod list;
mod record;
mod state;

use crate::http::{Handled, handle};
use claviger_model::{ids::PrincipalId, time::Timestamp};
use claviger_protocol::route;
use claviger_storage::{Reader, StorageError};

/// The routes of this module.
pub fn routes() -> Vec<Handled> {
    vec![
        handle(route::SERVICES, list::list),
        handle(route::SERVICE, list::one),
        handle(route::CREATE_SERVICE, create::create),
        handle(route::EDIT_SERVICE, edit::edit),
        handle(route::SET_SERVICE_STATE, state::set),
        handle(route::MAKE_SERVICE_KEY, key::make),
        handle(route::END_SERVICE_KEY, key::end),
    ]
}

/// Whether somebody made a live key of one of these services, and may have kept it.
///
/// # Errors
/// When the tables cannot be read.
pub async fn made_a_key(
    reader: &mut dyn Reader,
    maker: PrincipalId,
    services: &[PrincipalId],
    now: Timestamp,
) -> Result<bool, StorageError> {
    if services.is_empty() {
        return Ok(false);
    }
    Ok(!reader.services_keyed_by(services, maker, now).await?.is_empty())
}
