//! Telling people in time: what happened, what falls due, and by which ways it leaves the server.
//!
//! Notices are derived, not written where things happen: a job looks at the log beyond its mark ([`events`]) and at what fell due since
//! it last looked ([`due`]), and writes notices, deliveries and mark in one transaction. A process that dies tells nothing twice and
//! leaves nothing out, and nothing is told that was not committed. The id of a notice follows from what it tells whom ([`found`]).
//!
//! To tell of another kind of event: its line in [`events`], and its kind in `claviger_model::notice`.

pub mod address;
pub mod channels;
pub mod due;
pub mod events;
pub mod found;
mod leavers;
mod mail;
pub mod outbox;
mod reviewers;
pub mod webhook;
pub mod whom;
mod words;

use crate::{app::Shared, entitlement::Epoch, operations::requests::Judge, stream::Audience};
use claviger_model::{ids::NoticeId, time::Timestamp};
use claviger_protocol::stream::Hint;
use claviger_storage::{
    Reader, StorageError,
    notices::{Mark, Telling},
};
use found::Found;
use std::{collections::BTreeSet, time::Duration};

/// Events of one stretch.
const STRETCH: u64 = 2_000;
/// How long what falls due may wait; what happened is told at once.
const LOOK: Duration = Duration::from_secs(20);
/// A mark that nothing depends on is not written more often.
const IDLE: Duration = Duration::from_secs(600);
/// How far back another process's notices are hinted at.
const RECENT: Duration = Duration::from_secs(60);
/// The most of them at once.
const OVERHEARD: u32 = 1_000;
/// How long notices are kept.
pub const KEPT: Duration = Duration::from_secs(90 * 24 * 3600);

/// One committed state in which it is found out whom something concerns.
pub struct Ground<'a> {
    /// The state.
    pub reader: &'a mut dyn Reader,
    /// Judges who may do what.
    pub judge: Judge<'a>,
}

/// Tells whatever is not told yet.
///
/// # Errors
/// When the database fails; what was told until then stays, and the rest is told in the next round.
pub async fn catch_up(app: &Shared) -> Result<(), StorageError> {
    while let Some(telling) = next(app).await? {
        let mut desk = app.store.notice_desk().await?;
        if !desk.tell(&telling).await? {
            // Another process told it.
            continue;
        }
        desk.commit().await?;
        let told: BTreeSet<_> = telling.notices.iter().map(|notice| notice.person).collect();
        for person in told {
            app.hints.hint(Audience::Person(person), Hint::Notices);
        }
        if !telling.channels.is_empty() {
            app.outbox.wake();
        }
    }
    Ok(())
}

/// What was told by other processes on the same database, as far as this one hinted at it.
#[derive(Debug, Default)]
pub struct Overheard(BTreeSet<NoticeId>);

impl Overheard {
    /// Hints at what another process told a moment ago: the person may be connected here.
    ///
    /// # Errors
    /// When the tables cannot be read; a hint that is lost is made up for by the next sync.
    pub async fn hint(&mut self, app: &Shared) -> Result<(), StorageError> {
        let since = app.clock.now().minus(RECENT);
        let told = app.store.reader().await?.notices_since(since, OVERHEARD).await?;
        for (id, person) in &told {
            if !self.0.contains(id) {
                app.hints.hint(Audience::Person(*person), Hint::Notices);
            }
        }
        self.0 = told.into_iter().map(|(id, _)| id).collect();
        Ok(())
    }
}

/// The next stretch; none when there is nothing to do.
async fn next(app: &Shared) -> Result<Option<Telling>, StorageError> {
    let mut reader = app.store.snapshot().await?;
    let from = reader.notice_mark().await?;
    let head = reader.committed_head().await?.next_index;
    let now = app.clock.now().max(from.looked_at);
    let mut to = Mark {
        next_index: head.min(from.next_index.saturating_add(STRETCH)),
        looked_at: if now.since(from.looked_at) < LOOK {
            from.looked_at
        } else {
            now
        },
    };
    if to == from {
        return Ok(None);
    }
    let epoch = reader.committed_epoch().await?;
    app.entitlements.saw(epoch);
    let mut ground = Ground {
        reader: &mut *reader,
        judge: Judge {
            entitlements: &app.entitlements,
            epoch: Epoch::Committed(epoch),
            now: app.clock.now(),
        },
    };
    let mut found = Found::default();
    if to.next_index > from.next_index {
        events::look(&mut ground, from.next_index, to.next_index, &mut found).await?;
    }
    let wanted = to.looked_at;
    to.looked_at = look_at_time(&mut ground, from.looked_at, to.looked_at, &mut found).await?;
    // A look that was cut short has more before it.
    let idle = found.is_empty() && to.next_index == from.next_index && to.looked_at == wanted;
    if idle && to.looked_at.since(from.looked_at) < IDLE {
        return Ok(None);
    }
    let mut telling = found.telling(from, to);
    telling.channels = channels::of(&mut *reader, app.config.mail.is_some(), &telling.notices).await?;
    Ok(Some(telling))
}

/// Looks at what fell due, in halves where that is much, and says until when.
async fn look_at_time(
    ground: &mut Ground<'_>,
    from: Timestamp,
    until: Timestamp,
    found: &mut Found,
) -> Result<Timestamp, StorageError> {
    let mut until = until;
    while until > from {
        let mut due = Found::default();
        let whole = due::look(ground, from, until, &mut due).await?;
        if whole {
            found.extend(due);
            break;
        }
        until = from
            .plus(until.since(from) / 2)
            .max(from.plus(Duration::from_millis(1)));
    }
    Ok(until)
}
