//! A clock that stands until it is moved.

use claviger_model::time::{Clock, Timestamp};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

/// A clock moved by hand; clones show the same time.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// Starts at a moment.
    pub fn at(start: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(start.millis())))
    }

    /// Moves forward by a span.
    pub fn advance(&self, span: Duration) {
        self.set(self.now().plus(span));
    }

    /// Jumps to a moment, earlier ones included.
    pub fn set(&self, moment: Timestamp) {
        self.0.store(moment.millis(), Ordering::SeqCst);
    }
}

impl Default for ManualClock {
    /// Starts on 2026-01-05, a Monday, at 09:00 UTC.
    fn default() -> Self {
        Self::at(Timestamp::from_millis(1_767_603_600_000))
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_move_together() {
        let clock = ManualClock::default();
        let start = clock.now();
        clock.clone().advance(Duration::from_secs(90));
        assert_eq!(clock.now().since(start), Duration::from_secs(90));
        clock.set(start);
        assert_eq!(clock.now(), start);
    }
}
