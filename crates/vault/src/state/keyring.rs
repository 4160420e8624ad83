//! A keyring that gave no answer is asked again: what it has is opened, and what began without it moves in.

use super::{Inner, Live};
use crate::{
    account::Server,
    session::SessionError,
    view::{problem::Problem, state::Keyring},
};
use claviger_sign_in::error::SignInError;
use std::sync::Arc;

impl Inner {
    /// Asks the keyring again, after the person unlocked or started it.
    ///
    /// # Errors
    /// When it still gives no answer, or its device is another person's.
    pub(crate) async fn retry_keyring(self: &Arc<Self>) -> Result<(), Problem> {
        {
            let mut place = self.place();
            if place.signing_in.is_some() {
                return Err(SessionError::from(SignInError::Busy).into());
            }
            if place.live.is_none() {
                // The watch over the closed cache would hold its file and the turn.
                place.tasks = None;
            }
        }
        let _turn = self.turn.lock().await;
        let (server, live, locked) = {
            let place = self.place();
            (place.server.clone(), place.live.clone(), place.locked.is_some())
        };
        let Some(server) = server else { return Ok(()) };
        if let Some(live) = live {
            return Ok(self.move_in(&server, &live).await?);
        }
        if !locked {
            return self.open_kept(&server).await;
        }
        let asked = self.remembered(&server).await;
        self.watch_closed();
        asked.map_err(SessionError::from)?;
        self.keyring_answers();
        Ok(())
    }

    /// Lets a session that the keyring does not know go on as one that it keeps. The caller has the turn.
    async fn move_in(self: &Arc<Self>, server: &Arc<Server>, live: &Arc<Live>) -> Result<(), SessionError> {
        let remembered = self.remembered(server).await?;
        match remembered.and_then(|remembered| remembered.identity.enrolled()) {
            Some(kept) if kept.device == live.device => {
                self.store_session(live).await?;
                if live.cache.is_stored() {
                    self.keyring_answers();
                    return Ok(());
                }
            }
            Some(kept) if kept.principal != live.principal => {
                return Err(SessionError::OtherPerson { name: None });
            }
            // The device of old goes on, with what it keeps; that of this program alone ends.
            Some(_) => {
                self.leave_server().await;
            }
            None => {
                let identity = self.place().identity.clone();
                let identity = identity.ok_or(SessionError::SignedOut)?;
                self.store_identity(server, &identity).await?;
                self.store_session(live).await?;
            }
        }
        self.keyring_answers();
        self.close().await;
        match self.reopen().await {
            Ok(true) => Ok(()),
            other => {
                let problem = other.err().unwrap_or(SessionError::SignedOut);
                self.stand_signed_out(server, Some(problem.into()));
                self.watch_closed();
                Ok(())
            }
        }
    }

    async fn store_session(&self, live: &Live) -> Result<(), SessionError> {
        let item = live.session.lock().await.item();
        let stored = item.store(&*self.parts.keys, live.server.organization).await;
        Ok(stored.inspect_err(|error| self.note_keyring(error))?)
    }

    fn keyring_answers(&self) {
        self.board.change(|state| state.keyring = Keyring::Ok);
    }
}
