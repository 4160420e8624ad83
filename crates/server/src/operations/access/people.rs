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
    Crowd::default().people(db, rows, at, now).await
}

/// People page by page, in one state, of the same places: what their teams hold is read once.
#[derive(Default)]
pub struct Crowd {
    teams: HashMap<PrincipalId, Vec<Arc<Grant>>>,
}

impl Crowd {
    /// As [`people`].
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn people(
        &mut self,
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
        for (member, team) in db.team_edges(&ids).await? {
            parents.entry(member).or_default().push(team);
        }
        let teams = parents.values().flatten();
        let new: BTreeSet<PrincipalId> = teams
            .filter(|team| !self.teams.contains_key(team))
            .copied()
            .collect();
        let mut held: HashMap<PrincipalId, Vec<Arc<Grant>>> = HashMap::new();
        let holders: BTreeSet<_> = new.iter().chain(&ids).copied().collect();
        let holders: Vec<_> = holders.into_iter().collect();
        let grants = match at {
            Where::At([]) => Vec::new(),
            Where::At(scopes) => db.grants_for(&holders, scopes, now).await?,
            Where::Anywhere => db.scope_index(&holders, now).await?,
        };
        for grant in grants {
            held.entry(grant.principal).or_default().push(Arc::new(grant));
        }
        for team in new {
            self.teams.insert(team, held.remove(&team).unwrap_or_default());
        }
        Ok(rows
            .into_iter()
            .map(|row| self.person(row, &parents, &held))
            .collect())
    }

    fn person(
        &self,
        row: Principal,
        parents: &HashMap<PrincipalId, Vec<PrincipalId>>,
        held: &HashMap<PrincipalId, Vec<Arc<Grant>>>,
    ) -> Person {
        let teams_of = |of: PrincipalId| parents.get(&of).into_iter().flatten().copied();
        let direct: Vec<_> = teams_of(row.id).collect();
        let mut teams = memberships(&direct, teams_of);
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
            .filter_map(|holder| held.get(&holder).or_else(|| self.teams.get(&holder)))
            .flatten()
            .cloned()
            .collect();
        Person { row, caller, grants }
    }
}
