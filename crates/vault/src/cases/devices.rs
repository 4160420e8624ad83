//! One's own devices and sessions, and ending them.

use super::names;
use crate::{
    Vault,
    api::Nothing,
    view::{
        device::{DeviceSession, DeviceState, DeviceView},
        event::ChangedArea,
        problem::Problem,
    },
};
use claviger_model::ids::{DeviceId, SessionId};
use claviger_protocol::{
    route,
    session::{DeviceRecord, DeviceState as Standing, SessionRecord, SessionsReply},
};
use std::cmp::Reverse;

impl Vault {
    /// Devices and sessions of the person; only the server knows them.
    ///
    /// # Errors
    /// When the server is out of reach.
    pub async fn devices(&self) -> Result<Vec<DeviceView>, Problem> {
        Ok(devices(&self.inner.ask(route::SESSIONS, &[]).await?))
    }

    /// Ends one of the person's sessions; its next request is refused.
    ///
    /// # Errors
    /// When there is none such, or the server is out of reach.
    pub async fn end_session(&self, id: &str) -> Result<(), Problem> {
        let id: SessionId = names::id(id)?;
        let ended = self.inner.ask::<Nothing>(route::END_SESSION, &[&id]).await;
        ended.map_err(|error| self.outdated(error))?;
        self.tell_devices();
        Ok(())
    }

    /// Tells one of the person's devices to destroy everything.
    ///
    /// # Errors
    /// When there is none such, it is ending already, or the server is out of reach.
    pub async fn end_device(&self, id: &str) -> Result<(), Problem> {
        let id: DeviceId = names::id(id)?;
        let ended = self.inner.ask::<Nothing>(route::END_DEVICE, &[&id]).await;
        ended.map_err(|error| self.outdated(error))?;
        self.tell_devices();
        Ok(())
    }

    fn tell_devices(&self) {
        self.inner
            .board
            .changed(&[ChangedArea::Devices, ChangedArea::History], &[]);
        self.inner.hint_sync();
    }
}

/// This device first, then those that called last.
fn devices(reply: &SessionsReply) -> Vec<DeviceView> {
    let mut records: Vec<_> = reply.devices.iter().collect();
    records.sort_by_key(|device| {
        (
            !device.this,
            device.state == Standing::Ended,
            Reverse(device.seen_at),
            device.id,
        )
    });
    records
        .into_iter()
        .map(|device| view(device, &reply.sessions))
        .collect()
}

fn view(device: &DeviceRecord, sessions: &[SessionRecord]) -> DeviceView {
    DeviceView {
        id: device.id.to_string(),
        name: device.name.clone(),
        system: device.platform.clone(),
        this_device: device.this,
        state: match device.state {
            Standing::Active => DeviceState::Active,
            Standing::Ending => DeviceState::Ending,
            Standing::Ended => DeviceState::Ended,
        },
        enrolled_at: device.enrolled_at.millis(),
        last_seen_at: device.seen_at.millis(),
        leases: names::number(device.leases),
        sessions: sessions
            .iter()
            .filter(|session| session.device == device.id)
            .map(session)
            .collect(),
    }
}

fn session(session: &SessionRecord) -> DeviceSession {
    DeviceSession {
        id: session.id.to_string(),
        current: session.this,
        started_at: session.started_at.millis(),
        ends_at: session.ends_at.millis(),
        last_seen_at: session.seen_at.millis(),
        address: session.address.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::testing::at;

    #[test]
    fn this_device_comes_first_and_sessions_stand_with_their_device() {
        let device = |id: u8, this, state| DeviceRecord {
            id: DeviceId::from_bytes([id; 16]),
            name: format!("device {id}"),
            platform: "Linux".to_owned(),
            state,
            enrolled_at: at(0),
            seen_at: at(i64::from(id)),
            leases: 3,
            this,
        };
        let session = |id: u8, device: u8, this| SessionRecord {
            id: SessionId::from_bytes([id; 16]),
            device: DeviceId::from_bytes([device; 16]),
            started_at: at(1),
            ends_at: at(2),
            seen_at: at(1),
            address: Some("192.0.2.7".to_owned()),
            this,
        };
        let reply = SessionsReply {
            sessions: vec![session(1, 2, false), session(2, 1, true), session(3, 2, false)],
            devices: vec![
                device(9, false, Standing::Ended),
                device(3, false, Standing::Active),
                device(2, false, Standing::Ending),
                device(1, true, Standing::Active),
            ],
        };
        let told: Vec<_> = devices(&reply)
            .into_iter()
            .map(|device| {
                (
                    device.name,
                    device.state,
                    device.sessions.iter().filter(|one| !one.current).count(),
                )
            })
            .collect();
        let expected = [
            ("device 1", DeviceState::Active, 0),
            ("device 3", DeviceState::Active, 0),
            ("device 2", DeviceState::Ending, 2),
            ("device 9", DeviceState::Ended, 0),
        ];
        assert_eq!(
            told,
            expected.map(|(name, state, sessions)| (name.to_owned(), state, sessions))
        );
    }
}
