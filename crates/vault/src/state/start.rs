//! The start: what this device knows is there before any network.

use super::{Inner, lock};
use crate::{account::pointer, session::Session, session::SessionError, view::problem::Problem};
use claviger_cache::SessionItem;
use std::sync::Arc;

impl Inner {
    /// Finds the pinned server, this device's keys and the session, opens what may be opened, and connects in the background.
    pub(crate) async fn begin(self: &Arc<Self>) {
        let _turn = self.turn.lock().await;
        self.place().server = pointer::load(&self.parts.directory).map(Arc::new);
        // A restart is no way around the lock.
        let kept = lock::kept(&self.parts.directory, &self.settings(), self.now());
        let problem = match self.reopen().await {
            Ok(true) => {
                if let Some((since, reason)) = kept {
                    self.close_locked(since, reason).await;
                }
                return;
            }
            Ok(false) => None,
            Err(error) => Some(Problem::from(error)),
        };
        let server = self.place().server.clone();
        match server {
            Some(server) => {
                self.stand_signed_out(&server, problem);
                self.watch_closed();
            }
            None => self.show_standing(),
        }
    }

    /// Opens the vault with what the keyring has; false where it has no session. The caller has the turn.
    ///
    /// # Errors
    /// When keyring or cache do not open.
    pub(crate) async fn reopen(self: &Arc<Self>) -> Result<bool, SessionError> {
        let Some(server) = self.place().server.clone() else {
            return Ok(false);
        };
        let Some(remembered) = self.remembered(&server).await? else {
            return Ok(false);
        };
        // What the keyring pinned counts more than a file that anybody with this account can write.
        let (server, identity) = (Arc::new(remembered.server), Arc::new(remembered.identity));
        {
            let mut place = self.place();
            place.server = Some(Arc::clone(&server));
            place.identity = Some(Arc::clone(&identity));
        }
        let Some(enrolled) = identity.enrolled() else {
            return Ok(false);
        };
        let item = SessionItem::load(&*self.parts.keys, server.organization).await;
        let Some(item) = item.inspect_err(|error| self.note_keyring(error))? else {
            return Ok(false);
        };
        let live = self
            .open(&server, &identity, &enrolled, Session::stored(item))
            .await?;
        self.stand_signed_in(Arc::new(live));
        Ok(true)
    }
}
