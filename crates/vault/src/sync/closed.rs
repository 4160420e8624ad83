//! While nobody is signed in or the vault is locked: orders still reach this device by its key, and what was read offline still
//! leaves it (rule 26). The cache is opened for the moment of a round.

use super::{SyncError, device::Speaker};
use crate::{
    account::{Identity, Server},
    session::SessionError,
    state::{Inner, Tasks},
};
use claviger_cache::Enrolled;
use std::sync::Arc;

impl Inner {
    /// Looks after what is closed, until something opens it.
    pub(crate) fn watch_closed(self: &Arc<Self>) {
        let tasks = Tasks::new(vec![tokio::spawn(keep_watch(Arc::clone(self)))]);
        self.place().tasks = Some(tasks);
    }

    /// One round with a cache that is opened for it. True when everything was destroyed. The caller has the turn.
    ///
    /// # Errors
    /// When cache or server are not to be had.
    pub(crate) async fn closed_round(
        &self,
        server: &Arc<Server>,
        identity: &Identity,
        enrolled: &Enrolled,
    ) -> Result<bool, ClosedError> {
        let cache = self.open_cache(server, identity, enrolled).await?;
        let api = self.api(server, identity);
        let speaker = Speaker {
            server,
            device: enrolled.device,
            api: &api,
            cache: &cache,
        };
        let done = match cache.is_stored() {
            true => self.speak(&speaker, |_, executed| {
                tracing::info!(
                    leases = executed.leases.len(),
                    "an order was carried out while closed"
                );
            }),
            false => return Ok(false),
        };
        let done = done.await;
        cache.close().await;
        Ok(done?)
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
        if self
            .closed_round(&server, &remembered.identity, &enrolled)
            .await?
        {
            self.erase_cache(&server, enrolled.device).await;
            self.drop_keys(&server).await;
            self.place().locked = None;
            self.show_standing();
        }
        Ok(())
    }
}

/// Why a closed vault could not be looked after.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClosedError {
    /// It does not open.
    #[error("the closed vault could not be opened")]
    Open(#[from] SessionError),
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
