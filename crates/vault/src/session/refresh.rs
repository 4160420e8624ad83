//! Access tokens: renewed ahead of their end and after a refusal, by one renewal at a time (rule 3).
//!
//! A reply that gets lost costs nothing: the predecessor of the newest refresh token gives the newest again. The new one is in
//! the keyring before it is used, so that a crash loses nothing either.

use super::{Access, CallError, Session};
use crate::{
    api::{ApiError, Request},
    state::{Inner, Live},
};
use claviger_cache::SessionItem;
use claviger_protocol::{
    route,
    sign_in::{Refresh, Tokens},
};
use std::sync::Arc;

impl Inner {
    /// A living access token.
    ///
    /// # Errors
    /// When the session is over, or the server gives none.
    pub(crate) async fn access(self: &Arc<Self>, live: &Arc<Live>) -> Result<Access, CallError> {
        let soon = self.now().plus(self.parts.timings.refresh_margin);
        self.unless(live, |access| soon < access.expires_at).await
    }

    /// Renews the access token, unless somebody else just did.
    ///
    /// # Errors
    /// As [`Inner::access`].
    pub(crate) async fn renew(
        self: &Arc<Self>,
        live: &Arc<Live>,
        refused: &Access,
    ) -> Result<Access, CallError> {
        self.unless(live, |access| access.token != refused.token).await
    }

    /// The token there is when it is good, else a new one.
    async fn unless(
        self: &Arc<Self>,
        live: &Arc<Live>,
        good: impl Fn(&Access) -> bool,
    ) -> Result<Access, CallError> {
        let held = |session: &Session| session.access.clone().filter(&good);
        {
            let session = live.session.lock().await;
            self.check_over(live, &session)?;
            if let Some(access) = held(&session) {
                return Ok(access);
            }
        }
        let _only = self.only_refresher(live).await;
        let mut session = live.session.lock().await;
        self.check_over(live, &session)?;
        if let Some(access) = held(&session) {
            return Ok(access);
        }
        self.adopt(live, &mut session).await;
        match self.next_tokens(live, &session).await {
            Ok(tokens) => Ok(self.take_tokens(live, &mut session, tokens).await),
            Err(error) => Err(self.failed(live, error).await),
        }
    }

    /// Takes new tokens and keeps them.
    pub(super) async fn take_tokens(&self, live: &Live, session: &mut Session, tokens: Tokens) -> Access {
        session.refresh = tokens.refresh;
        session.reassert_by = tokens.reassert_by;
        let access = Access {
            token: tokens.access,
            expires_at: tokens.access_expires_at,
        };
        session.access = Some(access.clone());
        self.keep_session(live, session).await;
        access
    }

    /// Writes the session into the keyring, where this device has one.
    pub(super) async fn keep_session(&self, live: &Live, session: &Session) {
        if live.stored {
            let stored = session
                .item()
                .store(&*self.parts.keys, live.server.organization)
                .await;
            let _told = stored.inspect_err(|error| self.note_keyring(error));
        }
    }

    /// Whether the session's time is over by itself.
    fn check_over(&self, live: &Arc<Live>, session: &Session) -> Result<(), CallError> {
        if live.is_over() || session.ends_at <= self.now() {
            self.session_over(live);
            return Err(CallError::SessionOver);
        }
        Ok(())
    }

    async fn next_tokens(&self, live: &Live, session: &Session) -> Result<Tokens, ApiError> {
        let body = Refresh {
            refresh: session.refresh.clone(),
        };
        live.api
            .call(&Request::with(route::REFRESH, &[], &body)?, None)
            .await
    }

    /// Takes over what another process of this device renewed meanwhile.
    pub(super) async fn adopt(&self, live: &Live, session: &mut Session) {
        if !live.stored {
            return;
        }
        let loaded = SessionItem::load(&*self.parts.keys, live.server.organization).await;
        if let Ok(Some(item)) = loaded.inspect_err(|error| self.note_keyring(error))
            && item.session == session.id
        {
            session.refresh = item.refresh;
            session.reassert_by = session.reassert_by.max(item.reassert_by);
            session.provider_refresh = item.provider_refresh;
        }
    }
}
