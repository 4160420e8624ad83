//! The start: what this device knows is there before any network.

use super::{Inner, lock};
use crate::{
    account::{Server, pointer},
    session::{Session, SessionError},
    view::{problem::Problem, state::Keyring},
};
use claviger_cache::SessionItem;
use std::sync::Arc;

impl Inner {
    /// Finds the pinned server, this device's keys and the session, opens what may be opened, and connects in the background.
    pub(crate) async fn begin(self: &Arc<Self>) {
        let _turn = self.turn.lock().await;
        let server = pointer::load(&self.parts.directory).map(Arc::new);
        self.place().server.clone_from(&server);
        match server {
            // The page is told why it did not open.
            Some(server) => drop(self.open_kept(&server).await),
            None => self.show_standing(),
        }
    }

    /// Opens what the keyring has; locked where it was left so, and nobody is signed in where there is nothing. The caller has
    /// the turn.
    ///
    /// # Errors
    /// When keyring or cache do not open; the page is told.
    pub(super) async fn open_kept(self: &Arc<Self>, server: &Arc<Server>) -> Result<(), Problem> {
        // A restart is no way around the lock.
        let kept = lock::kept(&self.parts.directory, &self.settings(), self.now());
        let opened = self.reopen().await.map_err(Problem::from);
        if let Ok(true) = opened {
            if let Some((since, reason)) = kept {
                self.close_locked(since, reason).await;
            }
            return Ok(());
        }
        if opened.is_ok() {
            self.board.change(|state| state.keyring = Keyring::Ok);
        }
        let server = self.place().server.clone().unwrap_or_else(|| Arc::clone(server));
        self.stand_signed_out(&server, opened.as_ref().err().cloned());
        self.watch_closed();
        opened.map(drop)
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
