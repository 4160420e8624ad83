//! Signing in: challenge, exchange of the ID token, tokens and their renewal, sessions and devices (rules 1 to 8).

mod assertion;
mod back_channel;
pub mod bootstrap;
mod challenge;
mod device;
mod ending;
mod exchange;
mod me;
mod person;
pub mod provider;
mod reassert;
mod refresh;
pub mod service_token;
mod sessions;
mod step_up;
pub mod teams;
mod tokens;
mod vouched;

pub use provider::Provider;

use crate::http::{Handled, handle};
use claviger_protocol::route;

/// The routes of this module.
pub fn routes() -> Vec<Handled> {
    vec![
        handle(route::CHALLENGE, challenge::challenge),
        handle(route::SIGN_IN, exchange::sign_in),
        handle(route::REFRESH, refresh::refresh),
        handle(route::SERVICE_TOKEN, service_token::exchange),
        handle(route::REASSERT, reassert::reassert),
        handle(route::STEP_UP, step_up::step_up),
        handle(route::PROVIDER_REFUSED, reassert::refused),
        handle(route::SIGN_OUT, ending::sign_out),
        handle(route::BACK_CHANNEL_LOGOUT, back_channel::log_out),
        handle(route::ME, me::me),
        handle(route::SESSIONS, sessions::sessions),
        handle(route::END_SESSION, ending::end_session),
        handle(route::END_DEVICE, ending::end_device),
    ]
}
