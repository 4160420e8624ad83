//! While nobody is signed in or the vault is locked: orders still reach this device by its key, and what was read offline still
//! leaves it (rule 26). The cache is opened for the moment of a round.

use super::{SyncError, device::Speaker};
use crate::{
    account::{Identity, Server},
    problem,
    session::{self, SessionError},
    state::{Inner, Tasks},
    view::state::SessionState,
};
use claviger_cache::Enrolled;
use std::sync::Arc;

impl Inner {
    /// Looks after what is closed, until something opens it.
    pub(crate) fn watch_closed(self: &Arc<Self>) {
        let tasks = Tasks::new(vec![tokio::spawn(keep_watch(Arc::clone(self)))]);
        self.place().tasks = Some(tasks);
    }

    /// One round with a cache that is opened for it. The caller has the turn.
    ///
    /// # Errors
    /// When cache or server are not to be had, or the cache is not the one of this device.
    pub(crate) async fn closed_round(
        &self,
        server: &Arc<Server>,
        identity: &Identity,
        enrolled: &Enrolled,
    ) -> Result<Round, ClosedError> {
        let cache = self.open_cache(server, identity, enrolled).await?;
        if !cache.is_stored() {
            // An order must not be acknowledged beside the file that it is about.
            return Err(ClosedError::NotStored);
        }
        let api = self.api(server, identity);
        let speaker = Speaker {
            server,
            device: enrolled.device,
            api: &api,
            cache: &cache,
        };
        let name = session::known_name(&cache).await;
        let done = self
            .speak(&speaker, |_, executed| {
                tracing::info!(
                    leases = executed.leases.len(),
                    "an order was carried out while closed"
                );
            })
            .await;
        cache.close().await;
        Ok(Round {
            everything: done?,
            name,
        })
    }

    async fn watch_once(self: &Arc<Self>) -> Result<(), ClosedError> {
        let Some(server) = self.place().server.clone() else {
            return Ok(());
        };
        if let Ok((now, _)) = self.check_server(&server).await
            && self.place().locked.is_none()
            && self.place().signing_in.is_none()
        {
            // Whether a bootstrap code would be taken may have changed.
            self.show_server(&now);
        }
        let _turn = self.turn.lock().await;
        if self.place().live.is_some() || self.place().signing_in.is_some() {
            return Ok(());
        }
        let Some(remembered) = self.remembered(&server).await.map_err(SessionError::from)? else {
            return Ok(());
        };
        let Some(enrolled) = remembered.identity.enrolled() else {
            return Ok(());
        };
        self.say_goodbye(&server, &remembered.identity).await;
        let round = self
            .closed_round(&server, &remembered.identity, &enrolled)
            .await?;
        if round.everything {
            self.erase_cache(&server, enrolled.device).await;
            self.drop_keys(&server).await;
            self.place().locked = None;
            // What stood there before may say why: that the account is disabled.
            let before = match self.board.state().session {
                SessionState::SignedOut { problem, .. } => problem,
                _ => None,
            };
            self.stand_signed_out(&server, Some(problem::emptied(before)));
        }
        Ok(())
    }
}

/// What came of a round with a closed vault.
#[derive(Debug)]
pub(crate) struct Round {
    /// An order to destroy everything was carried out and acknowledged.
    pub(crate) everything: bool,
    /// What the person is called whose vault it is.
    pub(crate) name: Option<String>,
}

/// Why a closed vault could not be looked after.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClosedError {
    /// It does not open.
    #[error("the closed vault could not be opened")]
    Open(#[from] SessionError),
    /// Its file could not be opened, only memory in its place.
    #[error("the closed vault is not to be had")]
    NotStored,
    /// The round was not finished.
    #[error("the round was not finished")]
    Sync(#[from] SyncError),
}

async fn keep_watch(inner: Arc<Inner>) {
    let timings = inner.parts.timings;
    let mut pause = timings.reconnect_first;
    loop {
        let wait = match inner.watch_once().await {
            Ok(()) => {
                pause = timings.reconnect_first;
                timings.poll
            }
            Err(error) => {
                tracing::debug!(%error, "the closed vault was not looked after");
                pause = pause.saturating_mul(2).min(timings.poll);
                inner.jittered(pause)
            }
        };
        tokio::time::sleep(wait).await;
    }
}
