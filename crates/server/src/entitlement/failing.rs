//! Guardrails that could not be evaluated: counted here, since deciding writes nothing, and written down by a job.

use claviger_model::{ids::PolicyId, time::Timestamp};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// Counts that are in this process's memory only.
#[derive(Debug, Default)]
pub struct Failing(Mutex<Counts>);

/// How often each, and when last.
pub type Counts = BTreeMap<PolicyId, (u64, Timestamp)>;

impl Failing {
    /// These could not be evaluated once more.
    pub fn note(&self, guardrails: &[PolicyId], at: Timestamp) {
        self.add(guardrails.iter().map(|id| (*id, (1, at))));
    }

    /// Takes all counts.
    pub fn take(&self) -> Counts {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts back what could not be written down.
    pub fn put_back(&self, counts: Counts) {
        self.add(counts);
    }

    fn add(&self, counts: impl IntoIterator<Item = (PolicyId, (u64, Timestamp))>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (id, (count, at)) in counts {
            let (before, last) = known.entry(id).or_insert((0, at));
            *before = before.saturating_add(count);
            *last = (*last).max(at);
        }
    }
}
