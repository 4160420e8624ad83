//! People with their teams and grants, many at once.

use claviger_model::{
    grant::Grant,
    ids::{PrincipalId, ScopeId},
    time::Timestamp,
};
use claviger_policy::question::{Caller, memberships};
use claviger_storage::{Reader, StorageError, principals::Principal};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

/// More places than this, and all grants of the people are read instead of those at the places.
const FEW_PLACES: usize = 16;

/// Somebody with what reaches them.
pub struct Person {
    /// The row.
    pub row: Principal,
    /// With their teams, and how they are in them.
    pub caller: Caller,
    /// Living grants to them and their teams.
    pub grants: Vec<Arc<Grant>>,
}

impl Person {
    /// Their grants along a chain.
    pub fn along(&self, chain: &[ScopeId]) -> Vec<Grant> {
        let here = self.grants.iter().filter(|grant| chain.contains(&grant.scope));
        here.map(|grant| Grant::clone(grant)).collect()
    }
}

/// Where grants are wanted.
pub enum Where<'a> {
    /// At these scopes.
    At(&'a [ScopeId]),
    /// Everywhere.
    Anywhere,
}

/// Reads teams and grants of many people: two statements, whatever their number.
///
/// # Errors
/// When the tables cannot be read.
pub async fn people(
    db: &mut dyn Reader,
    rows: Vec<Principal>,
    at: Where<'_>,
    now: Timestamp,
) -> Result<Vec<Person>, StorageError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut parents: HashMap<PrincipalId, Vec<PrincipalId>> = HashMap::new();
    let mut holders: BTreeSet<PrincipalId> = ids.iter().copied().collect();
    for (member, team) in db.team_edges(&ids).await? {
        parents.entry(member).or_default().push(team);
        holders.insert(team);
    }
    let holders: Vec<_> = holders.into_iter().collect();
    let grants = match at {
        Where::At(scopes) if scopes.len() <= FEW_PLACES => db.grants_for(&holders, scopes, now).await?,
        Where::At(scopes) => {
            let wanted: BTreeSet<_> = scopes.iter().copied().collect();
            let mut grants = db.scope_index(&holders, now).await?;
            grants.retain(|grant| wanted.contains(&grant.scope));
            grants
        }
        Where::Anywhere => db.scope_index(&holders, now).await?,
    };
    let mut held: HashMap<PrincipalId, Vec<Arc<Grant>>> = HashMap::new();
    for grant in grants {
        held.entry(grant.principal).or_default().push(Arc::new(grant));
    }
    let teams_of = |of: PrincipalId| parents.get(&of).cloned().unwrap_or_default();
    let person = |row: Principal| {
        let mut teams = memberships(&teams_of(row.id), teams_of);
        // Teams within each other: nobody is in themselves.
        teams.retain(|membership| membership.team != row.id);
        let caller = Caller {
            id: row.id,
            state: row.state,
            nature: row.nature,
            teams,
        };
        let holders = std::iter::once(row.id).chain(caller.teams.iter().map(|membership| membership.team));
        let grants = holders
            .filter_map(|holder| held.get(&holder))
            .flatten()
            .cloned()
            .collect();
        Person { row, caller, grants }
    };
    Ok(rows.into_iter().map(person).collect())
}
