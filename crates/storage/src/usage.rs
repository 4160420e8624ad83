//! How often grants, places and secrets are used, by day.
//!
//! The log is the source. A job counts it forward in large steps ([`Tally`], [`crate::Store::roll_usage`]), off the road of
//! releases; what it has not reached yet is counted by whoever asks, from the events themselves ([`UsageReads::usage_events`]).
//! What was done by a grant is a use: a value that was read, a change that was made. Looking at names leaves no trace.

use crate::Result;
use async_trait::async_trait;
use claviger_model::{
    event::EventKind,
    ids::{GrantId, PrincipalId, ScopeId, SecretId},
    time::Timestamp,
};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// How many days count as recent, today included.
pub const RECENT_DAYS: i64 = 90;
const DAY_MILLIS: i64 = 24 * 3600 * 1000;

/// Days since 1970, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Day(pub i64);

impl Day {
    /// The day of a moment.
    pub const fn of(moment: Timestamp) -> Self {
        Self(moment.millis().div_euclid(DAY_MILLIS))
    }

    /// The first day that counts as recent on this one.
    #[must_use]
    pub const fn recent_since(self) -> Self {
        Self(self.0 - RECENT_DAYS + 1)
    }
}

/// How something was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    /// The last time.
    pub last_at: Timestamp,
    /// How often in the last [`RECENT_DAYS`] days.
    pub recent: u64,
}

impl Used {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            last_at: self.last_at.max(other.last_at),
            recent: self.recent.saturating_add(other.recent),
        }
    }
}

/// What an event says of usage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageEvent {
    /// Its place in the log.
    pub index: u64,
    /// When.
    pub at: Timestamp,
    /// What it was; none for a kind of a newer program.
    pub kind: Option<EventKind>,
    /// Whether a value left the server, or was read offline.
    pub reads_value: bool,
    /// By whom.
    pub actor: Option<PrincipalId>,
    /// Where.
    pub scope: Option<ScopeId>,
    /// Which secret.
    pub secret: Option<SecretId>,
    /// By which grants.
    pub grants: Vec<GrantId>,
}

impl UsageEvent {
    /// Whether it is a use at all.
    pub fn counts(&self) -> bool {
        self.reads_value || !self.grants.is_empty()
    }
}

/// The grants that a leaf names as having decided; none when it cannot be read.
pub(crate) fn grants_in(leaf: &[u8]) -> Vec<GrantId> {
    #[derive(Deserialize)]
    struct Decided {
        #[serde(default)]
        policies: Vec<String>,
    }
    let decided = serde_json::from_slice::<Decided>(leaf).map_or_else(|_| Vec::new(), |leaf| leaf.policies);
    let mut grants: Vec<GrantId> = decided.iter().filter_map(|id| id.parse().ok()).collect();
    grants.sort_unstable();
    grants.dedup();
    grants
}

pub(crate) const fn reads_value(kind: EventKind) -> bool {
    kind.releases_value() || matches!(kind, EventKind::SecretReadOffline)
}

/// Counts of a stretch of the log, to be added to the tables.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// The first event of the stretch.
    pub from: u64,
    /// The first event after it.
    pub to: u64,
    /// By grant and day.
    pub grants: BTreeMap<(GrantId, Day), Used>,
    /// By place, who and day; a place's counts include everything below it.
    pub places: BTreeMap<(ScopeId, PrincipalId, Day), Used>,
    /// By secret and day.
    pub secrets: BTreeMap<(SecretId, Day), Used>,
}

impl Tally {
    /// Counts the events of a stretch, given by its first index and the first one after it. `chain` names a scope and all above
    /// it, as they are today.
    pub fn of<'a>(
        from: u64,
        to: u64,
        events: &[UsageEvent],
        chain: impl Fn(ScopeId) -> &'a [ScopeId],
    ) -> Self {
        let mut tally = Self {
            from,
            to,
            ..Self::default()
        };
        for event in events.iter().filter(|event| event.counts()) {
            let day = Day::of(event.at);
            for grant in &event.grants {
                count(&mut tally.grants, (*grant, day), event.at);
            }
            if let (Some(actor), Some(scope)) = (event.actor, event.scope) {
                for above in chain(scope) {
                    count(&mut tally.places, (*above, actor, day), event.at);
                }
            }
            if let Some(secret) = event.secret.filter(|_| event.reads_value) {
                count(&mut tally.secrets, (secret, day), event.at);
            }
        }
        tally
    }

    /// The scopes of a stretch, each once.
    pub fn scopes(events: &[UsageEvent]) -> Vec<ScopeId> {
        let scopes: BTreeSet<_> = events.iter().filter_map(|event| event.scope).collect();
        scopes.into_iter().collect()
    }

    /// The newest day.
    pub fn newest(&self) -> Option<Day> {
        let grants = self.grants.keys().map(|(_, day)| *day);
        let places = self.places.keys().map(|(_, _, day)| *day);
        grants
            .chain(places)
            .chain(self.secrets.keys().map(|(_, day)| *day))
            .max()
    }
}

fn count<K: Ord>(counts: &mut BTreeMap<K, Used>, key: K, at: Timestamp) {
    let one = Used {
        last_at: at,
        recent: 1,
    };
    counts
        .entry(key)
        .and_modify(|used| *used = used.and(one))
        .or_insert(one);
}

/// Reads of usage. Only what was counted into the tables is in it; the rest begins at [`UsageReads::usage_mark`].
#[async_trait]
pub trait UsageReads {
    /// The first event that is not in the tables.
    async fn usage_mark(&mut self) -> Result<u64>;
    /// Allowed events from an index on that name a place or were decided by something, and the last index that was looked at
    /// plus one.
    async fn usage_events(&mut self, from: u64, limit: u32) -> Result<(Vec<UsageEvent>, u64)>;
    /// Of these grants; those never used are left out.
    async fn usage_of_grants(&mut self, grants: &[GrantId], since: Day) -> Result<Vec<(GrantId, Used)>>;
    /// By these people at these scopes and below.
    async fn usage_of_places(
        &mut self,
        scopes: &[ScopeId],
        principals: &[PrincipalId],
        since: Day,
    ) -> Result<Vec<(ScopeId, PrincipalId, Used)>>;
    /// Of these secrets.
    async fn usage_of_secrets(&mut self, secrets: &[SecretId], since: Day) -> Result<Vec<(SecretId, Used)>>;
}
