//! A connected system answers again.

use super::{Done, offboarding::case_of};
use crate::{
    operations::offboarding::connected::SILENT,
    telling::{
        Ground,
        found::{Found, News},
    },
};
use claviger_model::{
    connected::SystemName,
    ids::PrincipalId,
    notice::{About, NoticeKind},
};
use claviger_storage::{StorageError, notices::Notice};

/// How far back it is looked whether somebody was told of the silence.
const LATEST: u32 = 500;

/// Tells those who were told of the silence, once for each time. What they were told last makes the notice another one than the last:
/// many accounts may wait for one system, and it answers for each of them again.
///
/// # Errors
/// When the tables cannot be read.
pub async fn answered(ground: &mut Ground<'_>, event: &Done, found: &mut Found) -> Result<(), StorageError> {
    let name = event
        .label("system")
        .and_then(|name| SystemName::parse(name).ok());
    let (Some(system), Some(case), Some(_)) = (name, case_of(event), event.number(SILENT)) else {
        return Ok(());
    };
    if !found.hears_again(&system) {
        return Ok(());
    }
    let Some(leaver) = ground.reader.case(case).await?.map(|case| case.person) else {
        return Ok(());
    };
    for person in ground.conducting().await? {
        if person == leaver {
            continue;
        }
        let Some(silence) = told(ground, person, &system).await? else {
            continue;
        };
        let news = News {
            kind: NoticeKind::SystemBack,
            at: event.leaf.at,
            about: About {
                case: Some(case),
                of: Some(leaver),
                system: Some(system.clone()),
                ..About::default()
            },
            source: silence.id.as_bytes().to_vec(),
        };
        found.tell(&news, person);
    }
    Ok(())
}

/// What somebody was told last of a system's silence.
async fn told(
    ground: &mut Ground<'_>,
    person: PrincipalId,
    system: &SystemName,
) -> Result<Option<Notice>, StorageError> {
    let told = ground.reader.notices_of(person, None, false, LATEST).await?;
    let of_it =
        |one: &Notice| one.kind == NoticeKind::SystemSilent && one.about.system.as_ref() == Some(system);
    Ok(told.into_iter().find(of_it))
}
