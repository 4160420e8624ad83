//! Access that somebody gave or took by hand.

use super::Done;
use crate::telling::{Ground, found::Found};
use claviger_model::{notice::NoticeKind, principal::PrincipalKind};
use claviger_storage::StorageError;

/// Of what they asked for, people hear as the answer to their request.
///
/// # Errors
/// When the tables cannot be read.
pub async fn given(ground: &mut Ground<'_>, event: &Done, found: &mut Found) -> Result<(), StorageError> {
    let object = &event.leaf.object;
    let (Some(holder), Some(_), None) = (object.principal, object.grant, object.request) else {
        return Ok(());
    };
    if event.flag("narrowed") {
        let holders = ground.holders(holder).await?;
        found.tell_all(&event.news(NoticeKind::AccessNarrowed), holders);
        return Ok(());
    }
    let person = ground.reader.principal(holder).await?;
    // What a team is given says little to each of its members.
    if person.is_some_and(|one| one.kind() == PrincipalKind::Person) {
        found.tell(&event.news(NoticeKind::AccessGiven), holder);
    }
    Ok(())
}

/// What was taken its holders hear.
///
/// # Errors
/// When the tables cannot be read.
pub async fn taken(
    ground: &mut Ground<'_>,
    event: &Done,
    kind: NoticeKind,
    found: &mut Found,
) -> Result<(), StorageError> {
    let Some(holder) = event.leaf.object.principal else {
        return Ok(());
    };
    let mut news = event.news(kind);
    if let Some(grant) = event.leaf.object.grant {
        news.about.ends_at = ground
            .reader
            .grant(grant)
            .await?
            .and_then(|grant| grant.ended.as_ref().map(|end| end.at).or(grant.expires_at));
    }
    let holders = ground.holders(holder).await?;
    found.tell_all(&news, holders);
    Ok(())
}
