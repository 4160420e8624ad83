//! What falls due with time: reminders before an end, ends, lapses, what is overdue.
//!
//! Leads are spans of time, not of the calendar: a day before an end is 24 hours before it, whatever clocks do in between.

mod connected;
mod grants;
mod keys;
mod leavers;
mod requests;
mod reviews;
mod rotations;

pub use connected::SILENT_FOR;
pub use leavers::AGAIN;
pub use reviews::REVIEW_REMINDERS;

use super::{Ground, found::Found};
use crate::operations::requests::WAITS;
use claviger_model::time::Timestamp;
use claviger_storage::StorageError;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// How long before its end somebody is reminded of a grant that is longer than that; the longest first.
pub const REMINDERS: [Duration; 2] = [DAY, HOUR];
/// The same for keys of services.
pub const KEY_REMINDERS: [Duration; 2] = [Duration::from_secs(14 * 24 * 3600), DAY];
/// How long a rotation may wait before it is overdue.
pub const OVERDUE: Duration = Duration::from_secs(7 * 24 * 3600);
/// Rows of one look; what ends in the same millisecond is never parted.
const ROWS: u32 = 1_000;

/// Looks at what fell due after one moment and not after another; false when that is too much for one look.
///
/// # Errors
/// When the tables cannot be read.
pub async fn look(
    ground: &mut Ground<'_>,
    from: Timestamp,
    until: Timestamp,
    found: &mut Found,
) -> Result<bool, StorageError> {
    let indivisible = until.since(from) <= Duration::from_millis(1);
    let limit = if indivisible { u32::MAX } else { ROWS };
    let whole = |rows: usize| is_whole(rows, limit);

    for (lead, next) in leads(&REMINDERS) {
        let grants = ground
            .reader
            .grants_expiring(from.plus(lead), until.plus(lead), limit)
            .await?;
        if !whole(grants.len()) {
            return Ok(false);
        }
        for grant in grants {
            grants::remind(ground, &grant, (lead, next), found).await?;
        }
    }
    let grants = ground.reader.grants_expiring(from, until, limit).await?;
    if !whole(grants.len()) {
        return Ok(false);
    }
    for grant in grants {
        grants::ended(ground, &grant, found).await?;
    }
    let (from_asked, until_asked) = (from.minus(WAITS), until.minus(WAITS));
    let lapsed = ground
        .reader
        .requests_waiting(false, from_asked, until_asked, limit)
        .await?;
    if !whole(lapsed.len()) {
        return Ok(false);
    }
    for request in lapsed {
        requests::lapsed(&request, found);
    }
    let (from_asked, until_asked) = (from.minus(OVERDUE), until.minus(OVERDUE));
    let late = ground
        .reader
        .requests_waiting(true, from_asked, until_asked, limit)
        .await?;
    if !whole(late.len()) {
        return Ok(false);
    }
    for request in late {
        requests::overdue(ground, &request, found).await?;
    }
    for (lead, next) in leads(&KEY_REMINDERS) {
        let keys = ground
            .reader
            .service_keys_expiring(from.plus(lead), until.plus(lead), limit)
            .await?;
        if !whole(keys.len()) {
            return Ok(false);
        }
        for key in keys {
            keys::ends_soon(ground, &key, (lead, next), found).await?;
        }
    }
    if !reviews::look(ground, from, until, limit, found).await? {
        return Ok(false);
    }
    if !leavers::look(ground, from, until, limit, found).await? {
        return Ok(false);
    }
    connected::look(ground, from, until, found).await?;
    rotations::look(ground, from, until, found).await?;
    Ok(true)
}

/// Whether a look saw all that there is.
fn is_whole(rows: usize, limit: u32) -> bool {
    limit == u32::MAX || rows < limit as usize
}

/// Each lead with the one after it, by which it is late.
fn leads(all: &[Duration]) -> impl Iterator<Item = (Duration, Duration)> + '_ {
    let next = all.iter().skip(1).copied().chain([Duration::ZERO]);
    all.iter().copied().zip(next)
}

/// Whether a reminder is for something of this length, and not so late that the next one says the same.
fn is_due(begin: Timestamp, end: Timestamp, (lead, next): (Duration, Duration), now: Timestamp) -> bool {
    end.since(begin) > lead && now < end && end.since(now) > next
}
