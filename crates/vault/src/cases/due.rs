//! When a secret wants attention: its age limit, its end at the target.

use crate::state::book::SecretEntry;
use claviger_model::time::Timestamp;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);
/// So long before its time a secret counts as due.
pub(super) const SOON: Duration = Duration::from_secs(14 * 24 * 3600);

/// When its value should change at the latest; none where nothing limits its age.
pub(super) fn rotate_by(secret: &SecretEntry) -> Option<Timestamp> {
    let days = secret.rotate_after_days?;
    Some(secret.changed_at.plus(DAY * u32::from(days)))
}

/// The moment in question when it is near or past.
pub(super) fn soon(at: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    at.filter(|at| *at <= now.plus(SOON))
}

/// Whether it is due for a rotation or ends soon.
pub(super) fn is_due(secret: &SecretEntry, now: Timestamp) -> bool {
    soon(rotate_by(secret), now).is_some() || soon(secret.expires_at, now).is_some()
}
