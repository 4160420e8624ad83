//! Whether a caller still stands under the lock, and under which circumstances (rule 10).

use crate::{
    caller::{Caller, standing::admitted},
    entitlement::Circumstances,
};
use claviger_model::{principal::PrincipalState, time::Timestamp};
use claviger_protocol::problem::Code;
use claviger_storage::sessions::{DeviceState, SessionContext, SessionState};

/// Whether a caller may still act, now that the lock is held (rule 10).
///
/// # Errors
/// The code of the first thing that does not stand.
pub fn standing(
    caller: &Caller,
    context: Option<SessionContext>,
    now: Timestamp,
) -> Result<SessionContext, Code> {
    let context = context.ok_or(Code::SessionEnded)?;
    stands_still(caller, &context, now).map(|()| context)
}

/// The same of rows that are kept for others.
///
/// # Errors
/// As [`standing`].
pub fn stands_still(caller: &Caller, context: &SessionContext, now: Timestamp) -> Result<(), Code> {
    let session = &context.session;
    if session.principal != caller.principal || session.device != caller.device {
        return Err(Code::SessionEnded);
    }
    match session.state {
        SessionState::Active => {}
        SessionState::Suspended | SessionState::Ended => return Err(Code::SessionEnded),
    }
    if session.ends_at <= now {
        return Err(Code::SessionEnded);
    }
    if caller.token_ends_at <= now {
        return Err(Code::Unauthenticated);
    }
    admitted(context, caller.call)?;
    if context.device.state != DeviceState::Active {
        return Err(Code::DeviceEnded);
    }
    match context.principal.state {
        PrincipalState::Active if !context.is_key_held => Ok(()),
        _ => Err(Code::Disabled),
    }
}

/// What decisions depend on besides grants.
pub fn circumstances(caller: &Caller, context: &SessionContext, now: Timestamp) -> Circumstances {
    let strong = several_factors(&context.session.amr);
    Circumstances {
        now,
        multi_factor_at: context.session.auth_time.filter(|_| strong),
        enrolled_device: context.device.state == DeviceState::Active,
        source: Some(caller.call.address),
    }
}

/// Whether the methods of a sign-in say that several factors were used.
pub fn several_factors(amr: &[String]) -> bool {
    amr.iter().any(|method| MULTI_FACTOR.contains(&method.as_str()))
}

/// Methods of RFC 8176 that say that more than one factor was used, or that a second one was.
const MULTI_FACTOR: &[&str] = &["mfa", "otp", "hwk", "swk", "fpt", "sms"];
