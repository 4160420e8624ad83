//! A clock that is set by hand.

use claviger_model::time::{Clock, Timestamp};
use std::sync::atomic::{AtomicI64, Ordering};

/// Stands until it is set.
#[derive(Debug)]
pub(super) struct SetClock(AtomicI64);

impl SetClock {
    /// Set to a moment.
    pub(super) const fn at(moment: Timestamp) -> Self {
        Self(AtomicI64::new(moment.millis()))
    }

    /// Sets it.
    pub(super) fn set(&self, moment: Timestamp) {
        self.0.store(moment.millis(), Ordering::Relaxed);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}
