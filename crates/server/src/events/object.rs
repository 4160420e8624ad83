//! What an event is about, where several operations name the same things.

use claviger_ledger::leaf::Object;
use claviger_model::ids::{DeviceId, SessionId};

/// A session on its device.
pub fn session_object(session: SessionId, device: DeviceId) -> Object {
    Object {
        session: Some(session),
        device: Some(device),
        ..Object::default()
    }
}
