//! What a purpose needs, and how long a value may be kept.

use crate::entitlement::{Answer, Place};
use claviger_model::{action::Action, time::Timestamp};
use claviger_protocol::release::Purpose;
use std::time::Duration;

/// The right that a purpose needs (rule 31: copying needs the right to reveal).
pub const fn action(purpose: Purpose) -> Action {
    match purpose {
        Purpose::Use | Purpose::Lease => Action::SecretUse,
        Purpose::Copy | Purpose::Reveal => Action::SecretReveal,
    }
}

/// How long a value may be kept (rule 21): the scope's setting, never beyond the right itself; not at all where the
/// right depends on place or hour.
pub fn lease(answer: &Answer, place: &Place, now: Timestamp) -> Duration {
    if !answer.decision.leasable {
        return Duration::ZERO;
    }
    let left = answer
        .decision
        .valid_until
        .map_or(Duration::MAX, |end| end.since(now));
    place.lease.min(left)
}
