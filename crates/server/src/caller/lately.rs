//! What was recorded within the last minute: one event of a kind, and the rest goes unrecorded, so that nobody can flood the log.

use moka::sync::Cache;
use std::{hash::Hash, time::Duration};

const ONCE_IN: Duration = Duration::from_secs(60);
const CAPACITY: u64 = 10_000;

/// The kinds that were recorded lately.
pub struct Lately<K>(Cache<K, ()>);

impl<K: Copy + Eq + Hash + Send + Sync + 'static> Lately<K> {
    /// Remembers nothing yet.
    pub fn new() -> Self {
        Self(
            Cache::builder()
                .max_capacity(CAPACITY)
                .time_to_live(ONCE_IN)
                .build(),
        )
    }

    /// Whether none of this kind was recorded lately. From now on one was.
    pub fn is_first(&self, kind: K) -> bool {
        self.0.entry(kind).or_insert(()).is_fresh()
    }

    /// Takes back one that could not be recorded: the next of its kind is the first that can be.
    pub fn forget(&self, kind: K) {
        self.0.invalidate(&kind);
    }
}

impl<K: Copy + Eq + Hash + Send + Sync + 'static> Default for Lately<K> {
    fn default() -> Self {
        Self::new()
    }
}
