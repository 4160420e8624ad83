//! What can be drawn in an emergency counts as somebody's own access (rules 13 and 14): who widens it gains by it, though only for an
//! hour at a time.

use claviger_model::{
    conditions::Conditions,
    grant::Grant,
    ids::{GrantId, PrincipalId, ScopeId},
    time::Timestamp,
};
use claviger_protocol::roles::Widening;
use claviger_storage::{Reader, StorageError};
use std::collections::{BTreeMap, btree_map::Entry};

/// All grants with those that somebody's live rights to emergency access would become; none where they have no such right.
///
/// # Errors
/// When the tables cannot be read.
pub async fn with_emergency(
    db: &mut dyn Reader,
    of: PrincipalId,
    grants: &[Grant],
    now: Timestamp,
) -> Result<Option<Vec<Grant>>, StorageError> {
    let rights = db.emergency_rights_of(of, now).await?;
    if rights.is_empty() {
        return Ok(None);
    }
    let drawn = rights.into_iter().map(|right| Grant {
        id: GrantId::from_bytes(*right.id.as_bytes()),
        principal: right.principal,
        role: right.role,
        scope: right.scope,
        reason: right.reason,
        granted_by: right.given_by,
        granted_at: right.given_at,
        not_before: None,
        expires_at: Some(right.ends_at),
        conditions: Conditions {
            emergency: true,
            ..Conditions::default()
        }
        .into(),
        ended: None,
    });
    Ok(Some(grants.iter().cloned().chain(drawn).collect()))
}

/// One widening for each person and place.
pub fn joined(found: impl IntoIterator<Item = Widening>) -> Vec<Widening> {
    let mut by_place: BTreeMap<(PrincipalId, ScopeId), Widening> = BTreeMap::new();
    for widening in found {
        match by_place.entry((widening.principal, widening.scope)) {
            Entry::Occupied(mut known) => {
                known.get_mut().actions.extend(widening.actions);
                known.get_mut().may_grant.extend(widening.may_grant);
            }
            Entry::Vacant(free) => {
                free.insert(widening);
            }
        }
    }
    by_place.into_values().collect()
}
