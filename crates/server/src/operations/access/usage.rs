//! How often things were used: what the tables hold, and what the log holds beyond them.

use crate::http::Refusal;
use claviger_model::{
    ids::{GrantId, PrincipalId, ScopeId},
    time::Timestamp,
};
use claviger_protocol::access::Uses;
use claviger_storage::{
    Reader, StorageError,
    usage::{Day, Tally, UsageEvent, Used},
};
use std::collections::{BTreeSet, HashMap};

/// Events beyond the tables that are counted for one call; more only while the job catches up.
const TAIL: u32 = 10_000;

/// Uses of grants and places.
pub struct Usage {
    grants: HashMap<GrantId, Used>,
    places: HashMap<(ScopeId, PrincipalId), Used>,
    /// Up to when.
    pub counted_until: Timestamp,
}

/// What is wanted.
pub struct Wanted<'a> {
    /// These grants.
    pub grants: &'a [GrantId],
    /// These places with everything below them,
    pub scopes: &'a [ScopeId],
    /// by these people.
    pub people: &'a [PrincipalId],
}

impl Usage {
    /// Reads it in the state of a reader.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn read(db: &mut dyn Reader, now: Timestamp, wanted: Wanted<'_>) -> Result<Self, Refusal> {
        let today = Day::of(now);
        let since = today.recent_since();
        let mark = db.usage_mark().await?;
        let (events, next) = db.usage_events(mark, TAIL).await?;
        let whole = next.saturating_sub(mark) < u64::from(TAIL);
        let last = events.last().map_or(now, |event| event.at);
        let tail = tally(db, mark, next, &events).await?;
        let mut usage = Self {
            grants: HashMap::new(),
            places: HashMap::new(),
            counted_until: if whole { now } else { last },
        };
        if !wanted.grants.is_empty() {
            usage
                .grants
                .extend(db.usage_of_grants(wanted.grants, since).await?);
        }
        if !wanted.scopes.is_empty() && !wanted.people.is_empty() {
            let found = db.usage_of_places(wanted.scopes, wanted.people, since).await?;
            usage.places.extend(
                found
                    .into_iter()
                    .map(|(scope, person, used)| ((scope, person), used)),
            );
        }
        let (grants, scopes, people): (BTreeSet<_>, BTreeSet<_>, BTreeSet<_>) = (
            wanted.grants.iter().collect(),
            wanted.scopes.iter().collect(),
            wanted.people.iter().collect(),
        );
        for ((grant, day), used) in &tail.grants {
            if grants.contains(grant) {
                merge(&mut usage.grants, *grant, recent(*used, *day, since));
            }
        }
        for ((scope, person, day), used) in &tail.places {
            if scopes.contains(scope) && people.contains(person) {
                merge(&mut usage.places, (*scope, *person), recent(*used, *day, since));
            }
        }
        Ok(usage)
    }

    /// Of a grant.
    pub fn of_grant(&self, grant: GrantId) -> Uses {
        uses(self.grants.get(&grant))
    }

    /// Of a place by somebody.
    pub fn of_place(&self, scope: ScopeId, person: PrincipalId) -> Uses {
        uses(self.places.get(&(scope, person)))
    }
}

/// Counts a stretch of the log, with the places as they stand today.
///
/// # Errors
/// When the tables cannot be read.
pub async fn tally(
    db: &mut dyn Reader,
    from: u64,
    to: u64,
    events: &[UsageEvent],
) -> Result<Tally, StorageError> {
    let mut chains: HashMap<ScopeId, Vec<ScopeId>> = HashMap::new();
    let scopes = Tally::scopes(events);
    if !scopes.is_empty() {
        for (scope, above, _) in db.scope_chains(&scopes).await? {
            chains.entry(scope).or_default().push(above);
        }
    }
    // A scope that is gone has no chain, and nobody asks for it.
    Ok(Tally::of(from, to, events, |scope| {
        chains.get(&scope).map_or(&[], Vec::as_slice)
    }))
}

fn recent(used: Used, day: Day, since: Day) -> Used {
    Used {
        recent: if day >= since { used.recent } else { 0 },
        ..used
    }
}

fn merge<K: std::hash::Hash + Eq>(known: &mut HashMap<K, Used>, key: K, used: Used) {
    known
        .entry(key)
        .and_modify(|before| *before = before.and(used))
        .or_insert(used);
}

fn uses(used: Option<&Used>) -> Uses {
    used.map_or(Uses::default(), |used| Uses {
        last_at: Some(used.last_at),
        recent: used.recent,
    })
}
