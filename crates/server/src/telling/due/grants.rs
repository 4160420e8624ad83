//! Grants: reminders before their ends, and their ends.

use super::is_due;
use crate::telling::{
    Ground,
    found::{Found, News},
};
use claviger_model::{
    grant::Grant,
    notice::{About, NoticeKind},
};
use claviger_storage::StorageError;
use std::time::Duration;

/// Reminds the holders of an end.
///
/// # Errors
/// When the tables cannot be read.
pub async fn remind(
    ground: &mut Ground<'_>,
    grant: &Grant,
    leads: (Duration, Duration),
    found: &mut Found,
) -> Result<(), StorageError> {
    let Some(ends_at) = grant.expires_at else {
        return Ok(());
    };
    let begin = grant.not_before.unwrap_or(grant.granted_at).max(grant.granted_at);
    if is_due(begin, ends_at, leads, ground.judge.now) {
        end(ground, grant, NoticeKind::AccessEndsSoon, leads.0, found).await?;
    }
    Ok(())
}

/// Says that a grant ended by itself.
///
/// # Errors
/// When the tables cannot be read.
pub async fn ended(ground: &mut Ground<'_>, grant: &Grant, found: &mut Found) -> Result<(), StorageError> {
    end(ground, grant, NoticeKind::AccessEnded, Duration::ZERO, found).await
}

async fn end(
    ground: &mut Ground<'_>,
    grant: &Grant,
    kind: NoticeKind,
    lead: Duration,
    found: &mut Found,
) -> Result<(), StorageError> {
    let Some(ends_at) = grant.expires_at else {
        return Ok(());
    };
    // An extension is a grant of its own: the access goes on.
    let others = ground
        .reader
        .grants_for(&[grant.principal], &[grant.scope], ends_at)
        .await?;
    let goes_on = |other: &Grant| {
        other.id != grant.id
            && other.role == grant.role
            && other.not_before.is_none_or(|begin| begin <= ends_at)
    };
    if others.iter().any(goes_on) {
        return Ok(());
    }
    let mut source = grant.id.as_bytes().to_vec();
    source.extend_from_slice(&ends_at.millis().to_be_bytes());
    source.extend_from_slice(&lead.as_secs().to_be_bytes());
    let news = News {
        kind,
        at: ends_at.minus(lead),
        about: About {
            grant: Some(grant.id),
            role: Some(grant.role),
            scope: Some(grant.scope),
            ends_at: Some(ends_at),
            ..About::default()
        },
        source,
    };
    let holders = ground.holders(grant.principal).await?;
    found.tell_all(&news, holders);
    Ok(())
}
