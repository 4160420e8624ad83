//! Requests: made, answered, taken back.

use super::{Done, offboarding};
use crate::{
    operations::requests::{asked, narrowed, standing},
    telling::{Ground, found::Found},
};
use claviger_model::{action::Action, approval::RequestSettings, ids::RequestId, notice::NoticeKind};
use claviger_protocol::requests::RequestState;
use claviger_storage::{
    StorageError,
    requests::{Asked, Request},
};

/// A request that is still open waits for those who can do the next step.
///
/// # Errors
/// When the tables cannot be read.
pub async fn waits(ground: &mut Ground<'_>, event: &Done, found: &mut Found) -> Result<(), StorageError> {
    let Some(request) = request(ground, event.leaf.object.request).await? else {
        return Ok(());
    };
    if standing::state(&request, ground.judge.now) != RequestState::Open {
        return Ok(());
    }
    let steps = ground.reader.steps_of(&[request.id]).await?;
    if let Some(terms) = narrowed(&request, &steps) {
        let mut able = ground.approvers(request.asked_by, terms).await?;
        able.retain(|person| !steps.iter().any(|step| step.by == *person));
        found.tell_all(&event.news(NoticeKind::RequestWaits), able);
        return Ok(());
    }
    let Asked::Rotation { secret } = request.asked else {
        return Ok(());
    };
    let Some(secret) = ground.reader.secret(secret).await? else {
        return Ok(());
    };
    let Some(place) = ground.place(secret.scope).await? else {
        return Ok(());
    };
    let settings = ground.judge.settings(&mut *ground.reader, &place).await?;
    let needs = RequestSettings::rotation_needs_approval(settings.iter().map(|(_, settings)| settings));
    if needs && steps.is_empty() {
        let able = ground
            .nearest(Action::RequestAnswer, &place, Some(request.asked_by))
            .await?;
        found.tell_all(&event.news(NoticeKind::RequestWaits), able);
    } else if let Some(rotation) = offboarding::rotation_of(ground, &request).await? {
        offboarding::requested(ground, event, rotation, found).await?;
    } else {
        let able = ground.rotators(&secret, &place, request.asked_by).await?;
        found.tell_all(&event.news(NoticeKind::RotationWaits), able);
    }
    Ok(())
}

/// An answer settles what waited for it, and its asker hears how.
///
/// # Errors
/// When the tables cannot be read.
pub async fn answered(ground: &mut Ground<'_>, event: &Done, found: &mut Found) -> Result<(), StorageError> {
    let Some(request) = request(ground, event.leaf.object.request).await? else {
        return Ok(());
    };
    let matter = *request.id.as_bytes();
    let rotation = matches!(request.asked, Asked::Rotation { .. });
    let kind = match event.label("state").unwrap_or_default() {
        "step" => {
            found.settle(event.settles(matter, event.by(), None));
            return waits(ground, event, found).await;
        }
        "approved" | "approved-by-rule" if rotation => {
            found.settle(event.settles(matter, None, Some(NoticeKind::RequestWaits)));
            waits(ground, event, found).await?;
            NoticeKind::RequestApproved
        }
        "approved" | "approved-by-rule" => {
            found.settle(event.settles(matter, None, None));
            let steps = ground.reader.steps_of(&[request.id]).await?;
            if narrowed(&request, &steps) == asked(&request) {
                NoticeKind::RequestApproved
            } else {
                NoticeKind::RequestNarrowed
            }
        }
        "refused" => {
            found.settle(event.settles(matter, None, None));
            NoticeKind::RequestRefused
        }
        "done" => {
            found.settle(event.settles(matter, None, None));
            NoticeKind::RequestDone
        }
        _ => {
            found.settle(event.settles(matter, None, None));
            return Ok(());
        }
    };
    found.tell(&event.news(kind), request.asked_by);
    Ok(())
}

async fn request(ground: &mut Ground<'_>, id: Option<RequestId>) -> Result<Option<Request>, StorageError> {
    match id {
        Some(id) => ground.reader.request(id).await,
        None => Ok(None),
    }
}
