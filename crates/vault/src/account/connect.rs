//! Meeting a server, pinning it, forgetting it.

use super::{AccountError, Server, pointer, server::Continuation};
use crate::{
    api::fetch,
    state::Inner,
    view::state::{Connection, Keyring, LogState, ServerView, SessionState},
};
use claviger_cache::{Cache, DeviceItem, GoodbyeItem, KeyringError, SessionItem};
use claviger_protocol::{enrolment::Enrolment, route};
use claviger_sign_in::http;
use std::sync::Arc;

impl Inner {
    /// Fetches a server's bundle, verifies it and compares it with the pinned one.
    pub(crate) async fn connect_server(&self, origin: &str) -> Result<ServerView, AccountError> {
        let origin = http::origin(origin)?;
        let offered = self.offered(&origin).await?;
        let view = offered.view();
        self.place().offered = Some(offered);
        Ok(view)
    }

    /// Pins what was shown.
    pub(crate) async fn confirm_server(&self, origin: &str, fingerprint: &str) -> Result<(), AccountError> {
        let _turn = self.turn.lock().await;
        let origin = http::origin(origin)?;
        let shown = self.place().offered.take();
        let server = match shown {
            Some(shown) if shown.origin == origin => shown,
            _ => self.offered(&origin).await?,
        };
        if server.fingerprint() != fingerprint {
            return Err(AccountError::NotConfirmed);
        }
        if self
            .place()
            .server
            .as_ref()
            .is_some_and(|pinned| pinned.organization != server.organization)
        {
            return Err(AccountError::OtherServer);
        }
        pointer::store(&self.parts.directory, &server)?;
        let identity = self.identity(&server).await?;
        self.keep_identity(&server, &identity, None).await;
        self.place().server = Some(Arc::clone(&server));
        self.stand_signed_out(&server, None);
        Ok(())
    }

    /// Unpins the server and destroys what this device holds of it.
    pub(crate) async fn forget_server(self: &Arc<Self>) -> Result<(), AccountError> {
        self.cancel_sign_in();
        let server = self.place().server.clone().ok_or(AccountError::NoServer)?;
        let _told = self.leave_server().await;
        let _turn = self.turn.lock().await;
        let identity = self.place().identity.clone();
        let device = match identity {
            Some(identity) => identity.enrolled(),
            None => self
                .remembered(&server)
                .await
                .ok()
                .flatten()
                .and_then(|known| known.identity.enrolled()),
        };
        self.close().await;
        let (keys, organization) = (&*self.parts.keys, server.organization);
        if let Some(enrolled) = device {
            Cache::erase(&self.parts.directory, organization, enrolled.device, keys)
                .await
                .map_err(AccountError::Erase)?;
        }
        let gone = [
            SessionItem::delete(keys, organization).await,
            GoodbyeItem::delete(keys, organization).await,
            DeviceItem::delete(keys, organization).await,
        ];
        for result in gone {
            match result {
                // Nothing is stored where there is no keyring.
                Ok(()) | Err(KeyringError::Absent(_)) => {}
                Err(error) => return Err(AccountError::Keyring(error)),
            }
        }
        pointer::remove(&self.parts.directory)?;
        *self.place() = Default::default();
        self.board.change(|state| {
            state.session = SessionState::NoServer;
            state.connection = Connection::Connecting;
            state.keyring = Keyring::Ok;
            state.log = LogState::Unproven { words: String::new() };
        });
        Ok(())
    }

    /// Asks the pinned server who it is; pins what its old key vouches for.
    ///
    /// # Errors
    /// When it does not answer, or shows other keys.
    pub(crate) async fn check_server(
        &self,
        pinned: &Arc<Server>,
    ) -> Result<(Arc<Server>, Enrolment), AccountError> {
        let enrolment: Enrolment = fetch(&self.parts.http, &pinned.origin, route::ENROLMENT).await?;
        match pinned.continued_by(&enrolment)? {
            Continuation::Same => Ok((Arc::clone(pinned), enrolment)),
            Continuation::Renewed(server) => {
                let server = Arc::new(*server);
                pointer::store(&self.parts.directory, &server)?;
                let identity = self.place().identity.clone();
                if let Some(identity) = identity {
                    self.keep_identity(&server, &identity, None).await;
                }
                self.place().server = Some(Arc::clone(&server));
                Ok((server, enrolment))
            }
        }
    }

    /// A verified server at an address; where it is the pinned organization, also a continuation of it.
    async fn offered(&self, origin: &str) -> Result<Arc<Server>, AccountError> {
        let enrolment: Enrolment = fetch(&self.parts.http, origin, route::ENROLMENT).await?;
        let server = Server::offered(&enrolment, origin)?;
        let pinned = self.place().server.clone();
        let pinned = match pinned {
            Some(pinned) => Some(pinned),
            None => self
                .remembered(&server)
                .await
                .ok()
                .flatten()
                .map(|known| Arc::new(known.server)),
        };
        if let Some(pinned) =
            pinned.filter(|pinned| pinned.origin == origin || pinned.organization == server.organization)
        {
            pinned.continued_by(&enrolment)?;
        }
        Ok(Arc::new(server))
    }
}
