//! Tokens of a session (rule 3): an opaque access token, and refresh token n of its family.

use crate::app::App;
use claviger_crypto::{secret::SecretString, token::OpaqueToken};
use claviger_model::time::Timestamp;
use claviger_protocol::{sign_in::Tokens, wire::Token};
use claviger_storage::sessions::Session;
use std::time::Duration;

/// The life of an access token.
pub const ACCESS: Duration = Duration::from_secs(10 * 60);
/// The life of a session without a browser.
pub const SESSION: Duration = Duration::from_secs(12 * 60 * 60);

/// Gives a session a new access token in place of the old one; what is handed out counts once the session is stored
/// and committed.
pub fn renew(app: &App, session: &mut Session, now: Timestamp) -> Tokens {
    let access = OpaqueToken::random(&*app.entropy);
    session.access_hash = *access.hash().as_bytes();
    session.access_expires_at = now.plus(ACCESS).min(session.ends_at);
    Tokens {
        access: expose(&access.to_text()),
        access_expires_at: session.access_expires_at,
        refresh: expose(&app.keys.now().refresh.token(session.id, session.refresh_n)),
        reassert_by: session
            .asserted_at
            .plus(app.config.oidc.reassert)
            .min(session.ends_at),
    }
}

fn expose(text: &SecretString) -> Token {
    Token::new(text.expose().to_owned())
}
