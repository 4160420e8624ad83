//! Who does something, and from where.

use crate::caller::Call;
use claviger_model::{
    ids::{CallId, DeviceId, PrincipalId, SessionId},
    principal::PrincipalKind,
    time::Timestamp,
};
use claviger_storage::sessions::SessionContext;
use std::net::IpAddr;

/// Who does something, and from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Who {
    /// The principal.
    pub principal: PrincipalId,
    /// Whether it is a service identity.
    pub service: bool,
    /// The session; none for a device without one.
    pub session: Option<SessionId>,
    /// The device.
    pub device: Option<DeviceId>,
    /// The call.
    pub call: CallId,
    /// Where the call came from.
    pub address: IpAddr,
    /// What the device's clock said.
    pub device_time: Option<Timestamp>,
}

impl Who {
    /// Whoever a session is of, by its rows alone.
    pub fn of_session(context: &SessionContext, call: Call) -> Self {
        Self {
            principal: context.session.principal,
            service: context.principal.kind() == PrincipalKind::Service,
            session: Some(context.session.id),
            device: Some(context.session.device),
            call: call.id,
            address: call.address,
            device_time: None,
        }
    }
}
