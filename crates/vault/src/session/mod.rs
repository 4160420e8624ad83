//! A person's session on this device: signing in, tokens, asking the identity provider again, signing out.

mod call;
mod end;
mod erase;
mod error;
mod goodbye;
mod reassert;
mod refresh;
mod refresher;
mod sign_in;
mod signed_in;
mod step_up;

pub(crate) use end::reason;
pub(crate) use error::{CallError, SessionError};
pub(crate) use signed_in::{known_name, read_book};

use claviger_cache::SessionItem;
use claviger_model::{ids::SessionId, time::Timestamp};
use claviger_protocol::wire::Token;

/// The tokens of a session (rule 3).
pub(crate) struct Session {
    pub(crate) id: SessionId,
    /// The newest refresh token of ours.
    pub(crate) refresh: Token,
    /// The provider's own; none where it gives none.
    pub(crate) provider_refresh: Option<Token>,
    /// When the provider must vouch anew in the browser.
    pub(crate) ends_at: Timestamp,
    /// When the provider must be asked again.
    pub(crate) reassert_by: Timestamp,
    /// The access token, once there is one.
    pub(crate) access: Option<Access>,
}

/// An access token.
#[derive(Clone)]
pub(crate) struct Access {
    pub(crate) token: Token,
    pub(crate) expires_at: Timestamp,
}

impl Session {
    /// From the keyring; an access token has to be fetched.
    pub(crate) fn stored(item: SessionItem) -> Self {
        Self {
            id: item.session,
            refresh: item.refresh,
            provider_refresh: item.provider_refresh,
            ends_at: item.ends_at,
            reassert_by: item.reassert_by,
            access: None,
        }
    }

    /// For the keyring.
    pub(crate) fn item(&self) -> SessionItem {
        SessionItem {
            session: self.id,
            refresh: self.refresh.clone(),
            provider_refresh: self.provider_refresh.clone(),
            ends_at: self.ends_at,
            reassert_by: self.reassert_by,
        }
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
