//! By which channels each notice leaves the server.

use claviger_model::{
    ids::{NoticeId, PrincipalId},
    notice::{NoticeKind, Way},
    principal::PrincipalState,
};
use claviger_storage::{
    Reader, StorageError,
    notices::{Channel, Notice, Preference},
};
use std::collections::BTreeSet;

/// Mail to whoever wants it and has a verified address, and every webhook that asks for the kind.
///
/// # Errors
/// When the tables cannot be read.
pub async fn of(
    reader: &mut dyn Reader,
    mail: bool,
    notices: &[Notice],
) -> Result<Vec<(NoticeId, Channel)>, StorageError> {
    if notices.is_empty() {
        return Ok(Vec::new());
    }
    let webhooks = reader.webhooks().await?;
    let people: Vec<PrincipalId> = {
        let people: BTreeSet<_> = notices.iter().map(|notice| notice.person).collect();
        people.into_iter().collect()
    };
    let (mut preferences, mut reachable) = (Vec::new(), BTreeSet::new());
    if mail {
        preferences = reader.notice_preferences(&people).await?;
        let addresses = reader.mail_addresses(&people).await?;
        reachable.extend(addresses.into_iter().map(|(person, _)| person));
        // Whoever was disabled is written to no more.
        for person in reader.principals(&people).await? {
            if person.state != PrincipalState::Active {
                reachable.remove(&person.id);
            }
        }
    }
    let mut channels = Vec::new();
    for notice in notices {
        if reachable.contains(&notice.person) && wants(&preferences, notice.person, notice.kind, Way::Mail) {
            channels.push((notice.id, Channel::Mail));
        }
        for webhook in webhooks
            .iter()
            .filter(|webhook| webhook.kinds.contains(&notice.kind))
        {
            channels.push((notice.id, Channel::Webhook(webhook.id)));
        }
    }
    Ok(channels)
}

/// Whether somebody wants a kind by a way.
pub fn wants(preferences: &[Preference], person: PrincipalId, kind: NoticeKind, way: Way) -> bool {
    let said = preferences
        .iter()
        .find(|one| (one.person, one.kind, one.way) == (person, kind, way));
    kind.always() || said.map_or(kind.by_default(way), |said| said.wanted)
}
