//! Ending sessions and devices.

use crate::{
    app::{App, Shared},
    caller::Caller,
    events::session_object,
    http::Refusal,
    operations::{
        orders::{self, Targets},
        path::Id,
    },
    sequencer::{Acting, Change, Stop},
};
use axum::{extract::State, http::StatusCode};
use claviger_ledger::leaf::{Fact, Object};
use claviger_model::{
    action::Action,
    event::EventKind,
    ids::{DeviceId, SessionId},
};
use claviger_protocol::{order::Target, problem::Code};
use claviger_storage::sessions::{DeviceState, LogoutTarget, Session, SessionState};

/// `DELETE /v1/session`: signs out.
pub async fn sign_out(State(app): State<Shared>, caller: Caller) -> Result<StatusCode, Refusal> {
    let ended = app
        .sequencer
        .change(move |change| {
            Box::pin(async move {
                let acting = change.admit(&caller, EventKind::SessionEnded).await?;
                end_sessions(change, &acting, LogoutTarget::Session(caller.session)).await
            })
        })
        .await?;
    close_streams(&app, &ended);
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /v1/sessions/{session}`: one of one's own, or anyone's with `session.end`.
pub async fn end_session(
    State(app): State<Shared>,
    caller: Caller,
    Id(session): Id<SessionId>,
) -> Result<StatusCode, Refusal> {
    let ended = app
        .sequencer
        .change(move |change| {
            Box::pin(async move {
                let acting = change.admit(&caller, EventKind::SessionEnded).await?;
                let found = change.db().session(session).await?;
                let mut living = found.filter(|session| session.state != SessionState::Ended);
                if living
                    .as_ref()
                    .is_some_and(|session| session.principal != caller.principal)
                    && !may_end_others(change, &acting).await?
                {
                    living = None;
                }
                match living {
                    Some(session) => end_sessions(change, &acting, LogoutTarget::Session(session.id)).await,
                    None => Err(change.unknown(&acting, EventKind::SessionEnded, session)),
                }
            })
        })
        .await?;
    close_streams(&app, &ended);
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /v1/devices/{device}`: one of one's own; it is ordered to destroy everything and reaches nothing else.
pub async fn end_device(
    State(app): State<Shared>,
    caller: Caller,
    Id(device): Id<DeviceId>,
) -> Result<StatusCode, Refusal> {
    let ended = app
        .sequencer
        .change(move |change| Box::pin(async move { retire(change, &caller, device).await }))
        .await?;
    close_streams(&app, &ended);
    Ok(StatusCode::NO_CONTENT)
}

async fn retire(change: &mut Change, caller: &Caller, id: DeviceId) -> Result<Vec<Session>, Stop> {
    let acting = change.admit(caller, EventKind::DeviceChanged).await?;
    let found = change.db().device(id).await?;
    let Some(device) = found.filter(|device| device.principal == caller.principal) else {
        return Err(change.unknown(&acting, EventKind::DeviceChanged, id));
    };
    let object = Object {
        device: Some(id),
        ..Object::default()
    };
    if device.state != DeviceState::Active {
        let event = change.event(acting.who, EventKind::DeviceChanged).on(object);
        return Err(change.refuse(event, Code::WrongState));
    }
    change
        .db()
        .set_device_state(id, DeviceState::Active, DeviceState::Ending)
        .await?;
    let event = change
        .event(acting.who, EventKind::DeviceChanged)
        .on(object)
        .fact("ending", Fact::Flag(true));
    change.record(event);
    orders::issue(
        change,
        Targets::from([(id, (device.principal, vec![Target::Everything]))]),
    )
    .await?;
    end_sessions(change, &acting, LogoutTarget::Device(id)).await
}

async fn end_sessions(
    change: &mut Change,
    acting: &Acting,
    target: LogoutTarget,
) -> Result<Vec<Session>, Stop> {
    let now = change.now();
    let ended = change.db().end_sessions(&target, now).await?;
    for session in &ended {
        let object = session_object(session.id, session.device);
        let event = change
            .event(acting.who, EventKind::SessionEnded)
            .on(object)
            .concerning(session.principal);
        change.record(event);
    }
    Ok(ended)
}

async fn may_end_others(change: &mut Change, acting: &Acting) -> Result<bool, Stop> {
    let Some(root) = change.db().root_scope().await? else {
        return Ok(false);
    };
    let Some(place) = change.place(root.id).await? else {
        return Ok(false);
    };
    Ok(change
        .decide(acting, Action::SessionEnd, &place)
        .await?
        .decision
        .allowed)
}

fn close_streams(app: &App, ended: &[Session]) {
    for session in ended {
        app.hints.end_session(session.id);
    }
}
