//! Whom a change of entitlement reaches.

use claviger_model::{ids::PrincipalId, principal::PrincipalKind};
use claviger_storage::{Locked, StorageError, principals::Principal};

/// Everyone whose entitlement changes with a principal's: themselves, or a team's members.
///
/// # Errors
/// When the tables cannot be read.
pub async fn people_of(db: &mut dyn Locked, principal: PrincipalId) -> Result<Vec<Principal>, StorageError> {
    let Some(first) = db.principal(principal).await? else {
        return Ok(Vec::new());
    };
    if first.kind() != PrincipalKind::Team {
        return Ok(vec![first]);
    }
    let members = db.members_closure(principal).await?;
    let all = db.principals(&members).await?;
    Ok(all
        .into_iter()
        .filter(|member| member.kind() != PrincipalKind::Team)
        .collect())
}
