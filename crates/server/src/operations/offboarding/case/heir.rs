//! Who can take over: an active person who stays.

use claviger_model::{
    ids::PrincipalId,
    principal::{PrincipalKind, PrincipalState},
};
use claviger_storage::{Reader, StorageError, principals::Principal};

/// The heir, if they can take over from somebody: another person, who is active and does not leave too.
///
/// # Errors
/// When the tables cannot be read.
pub async fn fit(
    reader: &mut dyn Reader,
    heir: PrincipalId,
    from: PrincipalId,
) -> Result<Option<Principal>, StorageError> {
    let Some(row) = reader.principal(heir).await? else {
        return Ok(None);
    };
    let stays = row.kind() == PrincipalKind::Person
        && row.state == PrincipalState::Active
        && row.id != from
        && reader.open_case_of(heir).await?.is_none();
    Ok(stays.then_some(row))
}
