//! Which values belong on this device: those of places that the person keeps for offline use, and no others.

use super::{Book, SecretEntry};
use claviger_cache::LeaseSummary;
use claviger_model::{
    ids::{ScopeId, SecretId},
    scope::MAX_DEPTH,
    time::Timestamp,
};
use std::time::Duration;

impl Book {
    /// Whether a place is kept, or lies in one that is.
    pub(crate) fn is_kept(&self, scope: ScopeId) -> bool {
        let parent = |scope: &ScopeId| self.places.get(*scope).and_then(|node| node.scope.parent);
        // Bounded, should a server ever send a circle.
        std::iter::successors(Some(scope), parent)
            .take(MAX_DEPTH + 1)
            .any(|scope| self.kept.contains(&scope))
    }

    /// Secrets of which a copy is to be fetched: they have a value that may be kept, and no copy of it that is fresh.
    pub(crate) fn to_lease(&self, here: impl Fn(ScopeId) -> bool, now: Timestamp) -> Vec<SecretId> {
        let may = |secret: &&SecretEntry| {
            let node = self.places.get(secret.scope);
            secret.version > 0 && here(secret.scope) && node.is_some_and(super::PlaceNode::may_keep)
        };
        let fresh = |secret: &SecretEntry| {
            let lease = self.leases.get(&secret.id);
            lease.is_some_and(|lease| lease.version == secret.version && now <= half(lease))
        };
        let wanted = self.secrets.values().filter(may).filter(|secret| !fresh(secret));
        let mut wanted: Vec<_> = wanted.map(|secret| secret.id).collect();
        wanted.sort_unstable();
        wanted
    }

    /// When the first copy of a kept place is to be fetched anew; what is overdue already does not count.
    pub(crate) fn renew_at(&self, now: Timestamp) -> Option<Timestamp> {
        let kept = self.leases.values().filter(|lease| {
            let secret = self.secrets.get(&lease.secret);
            secret.is_some_and(|secret| self.is_kept(secret.scope))
        });
        kept.map(|lease| half(lease).plus(Duration::from_millis(1)))
            .filter(|at| *at > now)
            .min()
    }

    /// Kept places in which nothing may be kept any more.
    pub(crate) fn kept_in_vain(&self) -> Vec<ScopeId> {
        if self.entitlement.is_none() {
            // Nothing is known before the first sync, and after names ended.
            return Vec::new();
        }
        let may = |place: ScopeId| {
            self.places
                .iter()
                .any(|node| node.may_keep() && self.places.is_within(node.scope.id, place))
        };
        self.kept.iter().copied().filter(|place| !may(*place)).collect()
    }
}

/// The middle of a copy's life; it is fetched anew after that, so that half of it is left for a time without a network.
fn half(lease: &LeaseSummary) -> Timestamp {
    lease
        .expires_at
        .minus(lease.expires_at.since(lease.issued_at) / 2)
}
