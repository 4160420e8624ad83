//! Emergency access: rights given and withdrawn, draws, reviews (rule 14: loud).

use super::Done;
use crate::{
    operations::emergency::right_of,
    telling::{
        Ground,
        found::{Found, News},
    },
};
use claviger_model::{emergency::EmergencyDraw, notice::NoticeKind, time::Timestamp};
use claviger_storage::StorageError;

/// A right that was given or withdrawn: its holder hears it, and those who could review what is drawn of it.
///
/// # Errors
/// When the tables cannot be read.
pub async fn right(
    ground: &mut Ground<'_>,
    event: &Done,
    kind: NoticeKind,
    found: &mut Found,
) -> Result<(), StorageError> {
    let object = &event.leaf.object;
    let (Some(holder), Some(role), Some(scope)) = (object.principal, object.role, object.scope) else {
        return Ok(());
    };
    let mut news = event.news(kind);
    news.about.of = Some(holder);
    news.about.right = event.label("right").and_then(right_of);
    news.about.ends_at = event.number("until").map(Timestamp::from_millis);
    let reviewers = ground.reviewers(holder, role, scope).await?;
    let holders = ground.holders(holder).await?;
    found.tell_all(&news, reviewers.into_iter().chain(holders));
    Ok(())
}

/// A draw: everyone who watches over the place, and those who may review it.
///
/// # Errors
/// When the tables cannot be read.
pub async fn drawn(ground: &mut Ground<'_>, event: &Done, found: &mut Found) -> Result<(), StorageError> {
    let again = event.number("again").unwrap_or_default() > 0;
    let kind = if again {
        NoticeKind::EmergencyAgain
    } else {
        NoticeKind::Emergency
    };
    let mut told = ground.watchers(event.leaf.object.scope).await?;
    let mut news = event.news(kind);
    if let Some(draw) = draw_of(ground, event).await? {
        told.extend(ground.reviewers(draw.principal, draw.role, draw.scope).await?);
        about(&mut news, &draw);
    }
    found.tell_all(&news, told);
    Ok(())
}

/// A review settles the reminders of it, and whoever drew hears of it.
///
/// # Errors
/// When the tables cannot be read.
pub async fn reviewed(ground: &mut Ground<'_>, event: &Done, found: &mut Found) -> Result<(), StorageError> {
    let Some(draw) = draw_of(ground, event).await? else {
        return Ok(());
    };
    found.settle(event.settles(*draw.id.as_bytes(), None, None));
    let mut news = event.news(NoticeKind::EmergencyReviewed);
    about(&mut news, &draw);
    let drawer = ground.holders(draw.principal).await?;
    found.tell_all(&news, drawer);
    Ok(())
}

async fn draw_of(ground: &mut Ground<'_>, event: &Done) -> Result<Option<EmergencyDraw>, StorageError> {
    match event.leaf.object.grant {
        Some(grant) => ground.reader.emergency_draw_of(grant).await,
        None => Ok(None),
    }
}

fn about(news: &mut News, draw: &EmergencyDraw) {
    news.about.draw = Some(draw.id);
    news.about.right = Some(draw.right);
    news.about.of = Some(draw.principal);
}
