//! Who may act at all: the same outside the lock and under it.

use super::Call;
use claviger_model::{principal::PrincipalState, service::admits, time::Timestamp};
use claviger_protocol::problem::Code;
use claviger_storage::sessions::{DeviceState, SessionContext, SessionState};

/// Whether the states of session, device and person, and of whoever made a service's key, let them act; the same outside the lock and under it.
///
/// # Errors
/// The code that says which of them does not.
pub fn stands(context: &SessionContext, now: Timestamp) -> Result<(), Code> {
    match context.principal.state {
        PrincipalState::Active => {}
        PrincipalState::Suspended | PrincipalState::Disabled => return Err(Code::Disabled),
    }
    if context.device.state != DeviceState::Active {
        return Err(Code::DeviceEnded);
    }
    if context.session.state != SessionState::Active || context.session.ends_at <= now {
        return Err(Code::SessionEnded);
    }
    if context.is_key_held {
        return Err(Code::Disabled);
    }
    Ok(())
}

/// Whether the key of a service identity is good from where a call comes from; the same outside the lock and under it.
///
/// # Errors
/// When it is not.
pub fn admitted(context: &SessionContext, call: Call) -> Result<(), Code> {
    match &context.session.by_key {
        Some(by) if !admits(&by.networks, call.address) => Err(Code::WrongNetwork),
        _ => Ok(()),
    }
}
