//! Who may give a role at a place to somebody: few, the nearest first. The same question as an approval asks.

use super::{
    favourable,
    people::{Where, people},
};
use crate::{entitlement::Place, operations::grants::delegation::holds_own_service};
use claviger_model::{
    action::Action,
    grant::Grant,
    ids::{PrincipalId, RoleId},
    principal::Principal,
    time::Timestamp,
};
use claviger_policy::{
    assign::{Assignment, Giver},
    engine::PolicyEngine,
};
use claviger_storage::{Reader, StorageError, principals::Principal as Row};
use std::time::Duration;

/// Grants at a place and above that are looked at.
const GRANTS: u32 = 1_000;
/// People of one team that are asked about.
const OF_A_TEAM: u32 = 20;
/// An end that every receiver may have.
const FOR_A_WHILE: Duration = Duration::from_secs(3600);

/// Up to so many people of whom `may_assign` says yes.
///
/// # Errors
/// When the tables cannot be read.
pub async fn grantors(
    db: &mut dyn Reader,
    engine: &PolicyEngine,
    place: &Place,
    role: RoleId,
    receiver: &Row,
    now: Timestamp,
    most: usize,
) -> Result<Vec<PrincipalId>, StorageError> {
    let chain = &place.resource.chain;
    let mut grants = db.grants_at(chain, now, None, GRANTS).await?;
    let gives = |grant: &Grant| {
        engine.role(grant.role).is_some_and(|known| {
            known.allows(Action::GrantAssign) && known.may_grant.includes(role) && grant.active_at(now)
        })
    };
    grants.retain(gives);
    let distance = |grant: &Grant| chain.iter().position(|scope| *scope == grant.scope);
    grants.sort_by_key(|grant| (distance(grant), grant.granted_at, grant.id));
    let plain = Principal {
        id: receiver.id,
        name: receiver.name.clone(),
        state: receiver.state,
        nature: receiver.nature,
    };
    let circumstances = favourable(now);
    let mut found = Vec::new();
    for grant in &grants {
        if found.len() >= most {
            break;
        }
        let rows = db.people_in(grant.principal, None, OF_A_TEAM).await?;
        for person in people(db, rows, Where::At(chain), now).await? {
            let grants = person.along(chain);
            let giver = Giver {
                caller: &person.caller,
                grants: &grants,
                circumstances: &circumstances,
            };
            let assignment = Assignment {
                role,
                receiver: &plain,
                scope: &place.resource,
                not_before: None,
                expires_at: Some(now.plus(FOR_A_WHILE)),
            };
            let known = found.contains(&person.row.id);
            if known || found.len() >= most || engine.may_assign(&giver, &assignment).is_err() {
                continue;
            }
            // As when it is given: who holds a key of a service gives it nothing.
            if !holds_own_service(db, &person.caller, receiver, now).await? {
                found.push(person.row.id);
            }
        }
    }
    Ok(found)
}
