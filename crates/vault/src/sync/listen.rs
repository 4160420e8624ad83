//! Listening to the server's hints, through lost connections and new tokens.

use super::stream::Hints;
use crate::{
    api::{ApiError, Request},
    session::CallError,
    state::{Inner, Live},
    view::event::ChangedArea,
};
use claviger_protocol::{route, stream::Hint};
use claviger_sign_in::http::Unreachable;
use std::sync::Arc;

/// Listens until it is stopped; each hint wakes the sync.
pub(crate) async fn listen(inner: Arc<Inner>, live: Arc<Live>) {
    let timings = inner.parts.timings;
    let mut pause = timings.reconnect_first;
    loop {
        if live.is_over() {
            // Only a new sign-in ends this, and that stops this task.
            std::future::pending::<()>().await;
        }
        match inner.hear(&live).await {
            // It ends with each access token.
            Ok(()) => pause = timings.reconnect_first,
            Err(error) => {
                tracing::debug!(%error, "no event stream");
                pause = pause.saturating_mul(2).min(timings.reconnect_last);
            }
        }
        tokio::time::sleep(inner.jittered(pause)).await;
    }
}

impl Inner {
    /// Opens the stream and wakes the sync at each hint, until the stream ends or is silent for too long.
    async fn hear(self: &Arc<Self>, live: &Arc<Live>) -> Result<(), CallError> {
        let request = Request::plain(route::STREAM, &[]);
        let access = self.access(live).await?;
        let mut response = match live.api.open(&request, Some(&access.token)).await {
            Ok(response) => response,
            Err(refused) => {
                let access = self.mended(live, &access, refused).await?;
                live.api.open(&request, Some(&access.token)).await?
            }
        };
        let mut hints = Hints::default();
        loop {
            let next = tokio::time::timeout(self.parts.timings.stream_silence, response.chunk());
            match next.await {
                Ok(Ok(Some(bytes))) => {
                    for hint in hints.read(&bytes) {
                        if hint == Hint::Notices {
                            self.board.changed(&[ChangedArea::Notices], &[]);
                        } else {
                            live.wake.notify_one();
                        }
                    }
                }
                Ok(Ok(None)) => return Ok(()),
                Ok(Err(broken)) => {
                    // The next sync tells whether the server is there at all.
                    live.wake.notify_one();
                    return Err(ApiError::from(Unreachable::classify(broken)).into());
                }
                Err(_) => return Ok(()),
            }
        }
    }
}
