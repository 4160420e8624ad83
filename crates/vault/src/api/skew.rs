//! How far the clocks of this computer and of the server differ, by the `Date` of its replies.

use claviger_model::time::Timestamp;
use claviger_protocol::proof::LEEWAY_SECONDS;
use std::sync::atomic::{AtomicI64, Ordering};

/// The difference at the last reply.
#[derive(Debug, Default)]
pub(crate) struct Skew(AtomicI64);

impl Skew {
    /// Takes a reply's `Date` (RFC 9110, 6.6.1) and the moment at which it came.
    pub(crate) fn note(&self, date: &str, here: Timestamp) {
        if let Ok(there) = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(date) {
            self.0.store(
                here.seconds().saturating_sub(there.as_second()),
                Ordering::Relaxed,
            );
        }
    }

    /// Seconds by which this computer is ahead, when a proof of that time would be refused.
    pub(crate) fn too_far(&self) -> Option<i64> {
        let ahead = self.0.load(Ordering::Relaxed);
        (ahead.abs() >= LEEWAY_SECONDS).then_some(ahead)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_wrong_is_noticed_and_a_slow_network_is_not() {
        let skew = Skew::default();
        let there = 1_700_000_000_i64;
        let date = "Tue, 14 Nov 2023 22:13:20 GMT";
        skew.note(date, Timestamp::from_millis((there + 30) * 1000));
        assert_eq!(skew.too_far(), None);
        skew.note(date, Timestamp::from_millis((there - 3600) * 1000));
        assert_eq!(skew.too_far().unwrap(), -3600);
        skew.note("yesterday", Timestamp::from_millis(0));
        assert_eq!(skew.too_far().unwrap(), -3600, "what is no date says nothing");
    }
}
