//! What is read in an emergency is queued for rotation, in the transaction that releases it (rule 14).

use crate::{events::Event, sequencer::Desk};
use claviger_ledger::leaf::Object;
use claviger_model::{
    event::EventKind,
    ids::{GrantId, PrincipalId, RequestId, SecretId},
    time::Timestamp,
};
use claviger_storage::{
    Locked, StorageError,
    emergency::EmergencyRead,
    releases::Release,
    requests::{Asked, Request, RequestState},
};

/// Requests of a secret that are looked at for one that is open.
const LOOKED_AT: u32 = 100;

/// A value that only emergency access released.
pub(super) struct Read {
    grant: GrantId,
    secret: SecretId,
    by: PrincipalId,
    at: Timestamp,
}

impl Read {
    pub(super) const fn of(grant: GrantId, release: &Release) -> Self {
        Self {
            grant,
            secret: release.secret,
            by: release.principal,
            at: release.issued_at,
        }
    }
}

/// What follows from reads in an emergency.
#[derive(Default)]
pub(super) struct Followed {
    pub(super) events: Vec<Event>,
    /// Whether somebody has a new request to see.
    pub(super) hint: bool,
}

/// Queues a rotation for each value that was not read under the draw before. An open request of the same person counts.
pub(super) async fn queue(
    desk: &Desk,
    locked: &mut dyn Locked,
    reads: Vec<Read>,
) -> Result<Followed, StorageError> {
    let mut followed = Followed::default();
    for read in reads {
        let Some(draw) = locked.emergency_draw_of(read.grant).await? else {
            // The engine gives no such grant; without its draw there is nothing to link the read to.
            tracing::error!(grant = %read.grant, "emergency access without a draw");
            continue;
        };
        let known = locked.emergency_reads(&[draw.id]).await?;
        if known.iter().any(|known| known.secret == read.secret) {
            continue;
        }
        let asked = Asked::Rotation { secret: read.secret };
        let before = locked.requests_of_secret(read.secret, LOOKED_AT).await?;
        let open = before.iter().find(|request| {
            request.state == RequestState::Open && request.asked == asked && request.asked_by == read.by
        });
        let request = match open {
            Some(open) => open.id,
            None => {
                let Some(secret) = locked.secret(read.secret).await? else {
                    continue;
                };
                let request = Request {
                    id: RequestId::random(&*desk.entropy),
                    asked,
                    scope: secret.scope,
                    asked_by: read.by,
                    asked_at: read.at,
                    reason: draw.reason.clone(),
                    state: RequestState::Open,
                    answer: None,
                };
                locked.insert_request(&request).await?;
                followed.events.push(made(desk, &request, read.grant));
                request.id
            }
        };
        let row = EmergencyRead {
            draw: draw.id,
            secret: read.secret,
            at: read.at,
            request,
        };
        locked.insert_emergency_read(&row).await?;
        followed.hint = true;
    }
    Ok(followed)
}

fn made(desk: &Desk, request: &Request, grant: GrantId) -> Event {
    let secret = match request.asked {
        Asked::Rotation { secret } => Some(secret),
        Asked::Access { secret, .. } => secret,
    };
    let object = Object {
        request: Some(request.id),
        scope: Some(request.scope),
        principal: Some(request.asked_by),
        grant: Some(grant),
        secret,
        ..Object::default()
    };
    Event::of_the_server(EventKind::RequestMade, &*desk.entropy)
        .on(object)
        .concerning(request.asked_by)
        .because(request.reason.clone())
}
