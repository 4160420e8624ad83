//! The book: everything that was synced, in memory, for lists and searches that touch no file.
//!
//! Readers take a snapshot (an [`Arc`]) and let it go soon; a change copies only what a reader still holds. Names are
//! erased when the last snapshot goes.

mod apply;
mod entry;
mod journal;
mod kept;
mod log;
mod places;

pub(crate) use apply::Learned;
pub(crate) use entry::SecretEntry;
pub(crate) use journal::OfflineRead;
pub(crate) use log::{LogStanding, PinnedCheckpoint};
pub(crate) use places::{PlaceNode, Places};

use crate::search::SearchIndex;
use claviger_cache::{HistoryRecord, LeaseSummary, Mark};
use claviger_model::ids::{PrincipalId, RequestId, ScopeId, SecretId};
use claviger_protocol::{
    principals::PrincipalRecord, requests::RequestRecord, session::Me, sync::Entitlement,
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

/// A snapshot of what is known.
#[derive(Debug, Clone, Default)]
pub(crate) struct Book {
    /// The person, teams, session; none until the server said so once.
    pub(crate) me: Option<Arc<Me>>,
    /// What the person is entitled to; none before the first sync.
    pub(crate) entitlement: Option<Arc<Entitlement>>,
    /// The scopes of the entitlement with their rights.
    pub(crate) places: Arc<Places>,
    /// Living secrets within the entitlement.
    pub(crate) secrets: Arc<HashMap<SecretId, SecretEntry>>,
    /// People, teams and services whose names are needed.
    pub(crate) principals: Arc<HashMap<PrincipalId, PrincipalRecord>>,
    /// The person's own requests, and those that they can answer.
    pub(crate) requests: Arc<HashMap<RequestId, RequestRecord>>,
    /// Favourites and last uses.
    pub(crate) marks: Arc<HashMap<SecretId, Mark>>,
    /// Values that can be read offline.
    pub(crate) leases: Arc<HashMap<SecretId, LeaseSummary>>,
    /// Places that the person keeps for offline use.
    pub(crate) kept: Arc<BTreeSet<ScopeId>>,
    /// The person's own leaves, oldest first, verified.
    pub(crate) history: Arc<Vec<HistoryRecord>>,
    /// Offline reads that the history does not show yet, by their number in this device's journal.
    pub(crate) journal: Arc<BTreeMap<u64, OfflineRead>>,
    /// Over all of `secrets`.
    pub(crate) search: Arc<SearchIndex<SecretId>>,
    /// Over the people of `principals`.
    pub(crate) people: Arc<SearchIndex<PrincipalId>>,
    /// How the log stands.
    pub(crate) log: LogStanding,
}

impl Book {
    /// A principal's name; empty where it is not known.
    pub(crate) fn name_of(&self, principal: PrincipalId) -> &str {
        self.principals.get(&principal).map_or("", |record| &record.name)
    }
}

#[cfg(test)]
mod tests;
