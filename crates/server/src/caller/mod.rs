//! Who calls: proofs of possession (rule 2), access tokens (rule 3), addresses (rule 15).
//!
//! The router puts one of the three callers into the request's extensions, by [`claviger_protocol::route::Caller`] of
//! the route, after everything about the call was verified, its body included. Handlers take it as an argument.
//! Whoever appends an event reads principal, session and device again and inserts the proof inside the locked
//! transaction.

pub mod address;
pub mod body;
mod lately;
pub mod proof;
pub mod refusals;
mod remembered;
pub mod replays;
mod seen;
pub mod session;
pub mod standing;
pub mod verify;

pub use body::Json;
pub use lately::Lately;
pub use remembered::RememberedSessions;
pub use seen::SeenProofs;

use crate::http::Refusal;
use axum::{extract::FromRequestParts, http::request::Parts};
use claviger_crypto::{
    jwk::{DevicePublicKey, Jkt},
    sealing::SealingPublicKey,
};
use claviger_model::{
    ids::{CallId, DeviceId, PrincipalId, SessionId},
    time::Timestamp,
};
use claviger_storage::sessions::SessionContext;
use std::{net::IpAddr, sync::Arc};

/// What every call has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// For correlating logs and events.
    pub id: CallId,
    /// Where it comes from, behind the configured proxies.
    pub address: IpAddr,
}

/// A verified proof; `(jkt, jti)` is unique inside the transaction of whatever appends an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Thumbprint of the key that signed.
    pub jkt: Jkt,
    /// Its own id.
    pub jti: String,
    /// When it would be refused by its age, so that its id can be forgotten.
    pub expires_at: Timestamp,
}

/// A signed-in session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The call.
    pub call: Call,
    /// Who.
    pub principal: PrincipalId,
    /// Which sign-in.
    pub session: SessionId,
    /// On which device.
    pub device: DeviceId,
    /// X25519, to which values are sealed.
    pub sealing_key: SealingPublicKey,
    /// How they signed in.
    pub sign_in: SignInStrength,
    /// When the access token ends.
    pub token_ends_at: Timestamp,
    /// The proof of this call.
    pub proof: Proof,
    /// What the above was read from.
    pub context: Arc<SessionContext>,
    /// Whether that was remembered instead of read for this call; then it is only good for work before the lock.
    pub remembered: bool,
}

/// How somebody signed in at the identity provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInStrength {
    /// When.
    pub auth_time: Timestamp,
    /// Authentication context class.
    pub acr: Option<String>,
    /// Authentication methods, such as `otp`.
    pub amr: Vec<String>,
}

/// An enrolled device without a session; it may be ending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceCaller {
    /// The call.
    pub call: Call,
    /// Which device.
    pub device: DeviceId,
    /// Whose.
    pub principal: PrincipalId,
    /// Its ES256 key.
    pub key: DevicePublicKey,
    /// The proof of this call.
    pub proof: Proof,
}

/// Whoever holds a device key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyCaller {
    /// The call.
    pub call: Call,
    /// The ES256 key.
    pub key: DevicePublicKey,
    /// The proof of this call.
    pub proof: Proof,
}

macro_rules! from_extensions {
    ($($name:ident)*) => {$(
        impl<S: Send + Sync> FromRequestParts<S> for $name {
            type Rejection = Refusal;
            async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
                parts.extensions.get::<Self>().cloned()
                    .ok_or_else(|| Refusal::internal(concat!("the route does not verify a ", stringify!($name))))
            }
        }
    )*};
}

from_extensions!(Call Caller DeviceCaller KeyCaller);
