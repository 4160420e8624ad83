//! `GET /v1/sessions`: one's own living sessions and devices.

use crate::{app::Shared, caller::Caller, http::Refusal, operations::view::View};
use axum::{Json, extract::State};
use claviger_protocol::session::{DeviceRecord, DeviceState, SessionRecord, SessionsReply};
use claviger_storage::sessions::{self, Device, Session};
use std::{cmp::Reverse, time::Duration};

/// How long an ended device stays in the list.
const ENDED_SHOWN: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Lists the caller's sessions and devices.
pub async fn sessions(State(app): State<Shared>, caller: Caller) -> Result<Json<SessionsReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let now = view.now();
    let mut sessions = view.db().sessions_of(caller.principal).await?;
    sessions.retain(|session| session.ends_at > now);
    sessions.sort_by_key(|session| Reverse(session.created_at));
    let mut devices = view.db().devices_of(caller.principal).await?;
    devices.retain(|device| {
        device.state != sessions::DeviceState::Ended || now.since(device.seen_at) < ENDED_SHOWN
    });
    let mut records = Vec::with_capacity(devices.len());
    for device in &devices {
        let leases = view.db().count_leases_on(device.id, now).await?;
        records.push(device_record(device, leases, &caller));
    }
    let sessions = sessions
        .iter()
        .map(|session| session_record(session, &devices, &caller))
        .collect();
    Ok(Json(SessionsReply {
        sessions,
        devices: records,
    }))
}

/// A session as its person sees it. The last contact is that of its device; addresses stand in the log only.
pub fn session_record(session: &Session, devices: &[Device], caller: &Caller) -> SessionRecord {
    let this = session.id == caller.session;
    let seen = devices
        .iter()
        .find(|device| device.id == session.device)
        .map(|device| device.seen_at);
    SessionRecord {
        id: session.id,
        device: session.device,
        started_at: session.created_at,
        ends_at: session.ends_at,
        seen_at: seen.unwrap_or(session.created_at).max(session.asserted_at),
        address: this.then(|| caller.call.address.to_string()),
        this,
    }
}

fn device_record(device: &Device, leases: u64, caller: &Caller) -> DeviceRecord {
    DeviceRecord {
        id: device.id,
        name: device.name.to_string(),
        platform: device.platform.clone(),
        state: match device.state {
            sessions::DeviceState::Active => DeviceState::Active,
            sessions::DeviceState::Ending => DeviceState::Ending,
            sessions::DeviceState::Ended => DeviceState::Ended,
        },
        enrolled_at: device.enrolled_at,
        seen_at: device.seen_at,
        leases,
        this: device.id == caller.device,
    }
}
