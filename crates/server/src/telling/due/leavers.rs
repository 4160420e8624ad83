//! Rotations of offboarding cases: a day before each is due, when it is, and every week after that, until the value has changed.

use super::{DAY, Ground, is_whole};
use crate::telling::{found::Found, leavers};
use claviger_model::{notice::NoticeKind, offboarding::Rotation, time::Timestamp};
use claviger_storage::StorageError;
use std::time::Duration;

/// How often it is said again that one is overdue.
pub const AGAIN: Duration = Duration::from_secs(7 * 24 * 3600);

/// Looks at the rotations that fall due; false when that is too much for one look.
///
/// # Errors
/// When the tables cannot be read.
pub async fn look(
    ground: &mut Ground<'_>,
    from: Timestamp,
    until: Timestamp,
    limit: u32,
    found: &mut Found,
) -> Result<bool, StorageError> {
    let now = ground.judge.now;
    let mut soon = ground
        .reader
        .rotations_falling_due(from.plus(DAY), until.plus(DAY), None, limit)
        .await?;
    let late = ground
        .reader
        .rotations_falling_due(from, until, Some(AGAIN), limit)
        .await?;
    if !is_whole(soon.len(), limit) || !is_whole(late.len(), limit) {
        return Ok(false);
    }
    // What is queued for a day is not said twice at once, and what is late by now is said as such.
    soon.retain(|rotation| rotation.due_at > now && span(rotation) > DAY);
    leavers::tell(
        ground,
        (NoticeKind::RotationDueSoon, until, b"soon"),
        &soon,
        found,
    )
    .await?;
    // A value that is still the same a week later is told again, and not as the same notice.
    let round = until.millis().to_be_bytes();
    leavers::tell(ground, (NoticeKind::RotationPastDue, until, &round), &late, found).await?;
    Ok(true)
}

/// For how long it was queued.
fn span(rotation: &Rotation) -> Duration {
    DAY.saturating_mul(u32::try_from(rotation.risk.days()).unwrap_or(u32::MAX))
}
