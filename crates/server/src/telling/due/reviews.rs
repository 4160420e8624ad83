//! Emergency access that nobody reviewed yet (rule 14).

use super::{Ground, is_whole};
use crate::telling::found::{Found, News};
use claviger_model::{
    emergency::{EmergencyDraw, REVIEW_WITHIN},
    notice::{About, NoticeKind},
    time::Timestamp,
};
use claviger_storage::StorageError;
use std::time::Duration;

/// How long after a draw those who may review it are reminded, while nobody did: a day before the review is due, when it is, and
/// after that.
pub const REVIEW_REMINDERS: [Duration; 6] = [
    Duration::from_secs(48 * 3600),
    REVIEW_WITHIN,
    Duration::from_secs(4 * 24 * 3600),
    Duration::from_secs(7 * 24 * 3600),
    Duration::from_secs(14 * 24 * 3600),
    Duration::from_secs(30 * 24 * 3600),
];

/// Looks at the reviews that fell due; false when that is too much for one look.
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
    let later = REVIEW_REMINDERS.iter().skip(1).copied().map(Some).chain([None]);
    for (lag, next) in REVIEW_REMINDERS.iter().copied().zip(later) {
        let (after, before) = (from.minus(lag), until.minus(lag));
        let draws = ground
            .reader
            .emergency_draws_unreviewed(after, before, limit)
            .await?;
        if !is_whole(draws.len(), limit) {
            return Ok(false);
        }
        for draw in draws {
            // Of two that are due at once, after a pause of the server, only the later one is said.
            if next.is_none_or(|next| draw.drawn_at.plus(next) > ground.judge.now) {
                remind(ground, &draw, lag, found).await?;
            }
        }
    }
    Ok(true)
}

async fn remind(
    ground: &mut Ground<'_>,
    draw: &EmergencyDraw,
    lag: Duration,
    found: &mut Found,
) -> Result<(), StorageError> {
    let mut source = draw.id.as_bytes().to_vec();
    source.extend_from_slice(&lag.as_secs().to_be_bytes());
    let news = News {
        kind: if lag < REVIEW_WITHIN {
            NoticeKind::EmergencyReviewDue
        } else {
            NoticeKind::EmergencyReviewOverdue
        },
        at: draw.drawn_at.plus(lag),
        about: About {
            draw: Some(draw.id),
            right: Some(draw.right),
            grant: Some(draw.grant),
            role: Some(draw.role),
            scope: Some(draw.scope),
            of: Some(draw.principal),
            ends_at: Some(draw.review_due()),
            ..About::default()
        },
        source,
    };
    let reviewers = ground.reviewers(draw.principal, draw.role, draw.scope).await?;
    found.tell_all(&news, reviewers);
    Ok(())
}
