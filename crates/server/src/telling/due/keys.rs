//! Keys of services that end soon.

use super::is_due;
use crate::telling::{
    Ground,
    found::{Found, News},
};
use claviger_model::{
    action::Action,
    notice::{About, NoticeKind},
    principal::Nature,
};
use claviger_storage::{StorageError, services::ServiceKey};
use std::time::Duration;

/// Reminds those who manage the service.
///
/// # Errors
/// When the tables cannot be read.
pub async fn ends_soon(
    ground: &mut Ground<'_>,
    key: &ServiceKey,
    leads: (Duration, Duration),
    found: &mut Found,
) -> Result<(), StorageError> {
    if !is_due(key.made_at, key.ends_at, leads, ground.judge.now) {
        return Ok(());
    }
    let (Some(service), Some(principal)) = (
        ground.reader.service(key.service).await?,
        ground.reader.principal(key.service).await?,
    ) else {
        return Ok(());
    };
    let (Some(place), Nature::Service { owner, .. }) = (ground.place(service.home).await?, principal.nature)
    else {
        return Ok(());
    };
    let mut source = key.id.as_bytes().to_vec();
    source.extend_from_slice(&leads.0.as_secs().to_be_bytes());
    let news = News {
        kind: NoticeKind::ServiceKeyEndsSoon,
        at: key.ends_at.minus(leads.0),
        about: About {
            service: Some(key.service),
            key: Some(key.id),
            scope: Some(service.home),
            ends_at: Some(key.ends_at),
            ..About::default()
        },
        source,
    };
    let team = ground.people(owner).await?;
    let managers = ground.who_may(team, Action::ServiceManage, &place).await?;
    found.tell_all(&news, managers);
    Ok(())
}
