//! Fetching the person's own history, page by page, and telling how the log stands.

use super::{
    SyncError,
    watch::{Contradiction, Judged, LogWatch},
};
use crate::{
    api::Request,
    session::CallError,
    state::{
        Inner, Live,
        book::{LogStanding, PinnedCheckpoint},
    },
    view::state::LogState,
};
use claviger_protocol::{
    log::{HistoryCall, HistoryReply},
    route,
};
use std::sync::Arc;

impl Inner {
    /// Whether the history has to be asked for: the server names a newer entry, or the log was not checked since the start.
    pub(super) async fn needs_history(&self, live: &Live, told: u64) -> bool {
        let watch = live.log.lock().await;
        let unchecked = live.book().log.checked_at.is_none();
        watch.doubt().is_none() && (unchecked || told != watch.after())
    }

    /// Fetches what is new of the person's own history, verifies and stores it.
    ///
    /// # Errors
    /// [`SyncError::Log`] when it contradicts what this device saw; the person is told, and nothing moves forward.
    pub(crate) async fn follow_history(self: &Arc<Self>, live: &Arc<Live>) -> Result<(), SyncError> {
        let mut watch = live.log.lock().await;
        if let Some(doubt) = watch.doubt() {
            return Err(SyncError::Log(doubt.to_owned()));
        }
        loop {
            let call = HistoryCall {
                after: watch.after(),
                pinned: watch.checkpoint().map_or(0, |checkpoint| checkpoint.size),
            };
            let request = Request::with(route::HISTORY, &[], &call).map_err(CallError::from)?;
            let reply: HistoryReply = self.call_as(live, &request).await?;
            let empty = reply.entries.is_empty();
            match watch.judge(live.principal, &reply, &live.server.log) {
                Ok(judged) => self.extend(live, &mut watch, judged).await?,
                Err(contradiction) => return Err(self.contradicted(live, &mut watch, contradiction).await),
            }
            if !reply.more || empty {
                return Ok(());
            }
        }
    }

    async fn extend(&self, live: &Live, watch: &mut LogWatch, judged: Judged) -> Result<(), SyncError> {
        let Judged {
            records,
            next,
            checkpoint,
        } = judged;
        let stored = match next.to_pin() {
            Some(pin) => live.cache.extend_history(records.clone(), pin).await,
            None => Ok(()),
        };
        // In memory it goes on either way; what could not be stored is fetched again after the next start.
        *watch = next;
        let now = self.now();
        live.change_book(|book| {
            book.settle_journal(&records, live.device);
            Arc::make_mut(&mut book.history).extend(records);
            book.log = LogStanding {
                state: LogState::Whole,
                verified: watch.verified(),
                checked_at: Some(now),
                checkpoint: Some(PinnedCheckpoint {
                    origin: checkpoint.origin,
                    size: checkpoint.size,
                    at: now,
                }),
                witnessed: false,
            };
        });
        Ok(stored?)
    }

    /// Tells the person, and remembers it for good.
    pub(super) async fn contradicted(
        self: &Arc<Self>,
        live: &Arc<Live>,
        watch: &mut LogWatch,
        contradiction: Contradiction,
    ) -> SyncError {
        if contradiction == Contradiction::Key && self.keys_were_renewed(live).await {
            return SyncError::Log(
                "the log's key was changed; the copy on this device is opened anew".to_owned(),
            );
        }
        let words = match contradiction {
            Contradiction::Key => {
                "The log of your organization is not signed by the key that this device has pinned."
                    .to_owned()
            }
            Contradiction::Words(words) => words,
        };
        watch.doubt_for(&words);
        if let Some(pin) = watch.to_pin()
            && let Err(error) = live.cache.extend_history(Vec::new(), pin).await
        {
            tracing::warn!(%error, "the doubt about the log could not be stored");
        }
        live.change_book(|book| book.log.state = LogState::Violated { words: words.clone() });
        self.show_standing();
        SyncError::Log(words)
    }

    /// Whether the server has new keys for which the pinned ones vouch; the vault is opened anew with them.
    async fn keys_were_renewed(self: &Arc<Self>, live: &Arc<Live>) -> bool {
        match self.check_server(&live.server).await {
            Ok((server, _)) if server.log != live.server.log => {
                let inner = Arc::clone(self);
                tokio::spawn(async move { inner.open_anew().await });
                true
            }
            _ => false,
        }
    }
}

/// How the log stands by what the cache remembers, before anything is asked.
pub(crate) fn standing(watch: &LogWatch) -> LogStanding {
    let state = match (watch.doubt(), watch.checkpoint()) {
        (Some(words), _) => LogState::Violated {
            words: words.to_owned(),
        },
        (None, Some(_)) => LogState::Unproven {
            words: "Checked at the last connection; what came since is not proved yet.".to_owned(),
        },
        (None, None) => return LogStanding::default(),
    };
    LogStanding {
        state,
        verified: watch.verified(),
        ..LogStanding::default()
    }
}
