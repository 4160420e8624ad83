//! Requests that nobody answered, and rotations that nobody made.

use super::OVERDUE;
use crate::{
    operations::requests::WAITS,
    telling::{
        Ground,
        found::{Found, News},
    },
};
use claviger_model::notice::{About, NoticeKind};
use claviger_storage::{
    StorageError,
    requests::{Asked, Request},
};

fn about(request: &Request) -> About {
    let (secret, role) = match request.asked {
        Asked::Rotation { secret } => (Some(secret), None),
        Asked::Access { secret, role, .. } => (secret, Some(role)),
    };
    About {
        request: Some(request.id),
        scope: Some(request.scope),
        secret,
        role,
        ..About::default()
    }
}

/// Nobody answered.
pub fn lapsed(request: &Request, found: &mut Found) {
    let news = News {
        kind: NoticeKind::RequestLapsed,
        at: request.asked_at.plus(WAITS),
        about: about(request),
        source: request.id.as_bytes().to_vec(),
    };
    found.tell(&news, request.asked_by);
}

/// A rotation that waits for long.
///
/// # Errors
/// When the tables cannot be read.
pub async fn overdue(
    ground: &mut Ground<'_>,
    request: &Request,
    found: &mut Found,
) -> Result<(), StorageError> {
    let Asked::Rotation { secret } = request.asked else {
        return Ok(());
    };
    // What a case asks for has a due date of its own.
    if ground.reader.rotation_asked_by(request.id).await?.is_some() {
        return Ok(());
    }
    let Some(secret) = ground.reader.secret(secret).await? else {
        return Ok(());
    };
    let Some(place) = ground.place(secret.scope).await? else {
        return Ok(());
    };
    let news = News {
        kind: NoticeKind::RotationOverdue,
        at: request.asked_at.plus(OVERDUE),
        about: about(request),
        source: request.id.as_bytes().to_vec(),
    };
    let able = ground.rotators(&secret, &place, request.asked_by).await?;
    found.tell_all(&news, able);
    Ok(())
}
