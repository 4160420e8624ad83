//! One page of what changed: into the book first, so that it shows, then into the cache, so that it stays.

use super::SyncError;
use crate::{
    api::Request,
    session::CallError,
    state::{Gone, Inner, Live, book::Learned},
    view::event::ChangedArea,
};
use claviger_cache::Change;
use claviger_model::ids::{RequestId, SecretId};
use claviger_protocol::{
    requests::RequestsReply,
    route,
    sync::{SyncCall, SyncReply},
};
use std::{
    collections::HashSet,
    sync::{Arc, atomic::Ordering},
};

/// What a page left to do.
pub(super) struct Page {
    /// Another one follows.
    pub(super) more: bool,
    /// The newest entry of the person's own history.
    pub(super) history: u64,
    /// Orders that wait.
    pub(super) orders: u64,
}

impl Inner {
    /// Asks for one page and takes it.
    pub(super) async fn sync_page(self: &Arc<Self>, live: &Arc<Live>) -> Result<Page, SyncError> {
        let since = live.cursor();
        let reply = {
            // Acknowledgements tell the cache's generation too; told out of order, it would look like a copy's.
            let _turn = live.device_turn.lock().await;
            let known = live
                .book()
                .entitlement
                .as_ref()
                .map(|entitlement| entitlement.digest.clone());
            let call = SyncCall {
                cursor: since,
                entitlement: known,
                cache: live.cache.state().await?,
                emergency: live.told().mark(),
            };
            let request = Request::with(route::SYNC, &[], &call).map_err(CallError::from)?;
            self.call_as::<SyncReply>(live, &request).await?
        };
        let anew = reply.anew;
        let page = Page {
            more: reply.more,
            history: reply.history,
            orders: reply.orders,
        };
        live.note_gone(reply.removed.iter().copied(), Gone::Removed);
        let mut learned = Learned {
            entitlement: reply.entitlement,
            secrets: reply.secrets,
            removed: reply.removed,
            requests: reply.requests,
            principals: reply.principals,
            requests_removed: Vec::new(),
        };
        if learned.entitlement.is_some() {
            if !anew {
                let told: RequestsReply = self.call_as(live, &Request::plain(route::REQUESTS, &[])).await?;
                learned.requests = told.requests;
                learned.principals.extend(told.principals);
            }
            learned.requests_removed = gone(live, &learned);
            let outside = self.take_entitlement(live, &learned, anew).await?;
            learned.removed.extend(outside);
        }
        live.learn(&learned);
        self.tell(&learned);
        if let Some(news) = reply.emergency
            && live.told().note(news)
        {
            self.board.changed(&[ChangedArea::Emergency], &[]);
        }
        let (cursor, now) = (reply.cursor, reply.now);
        let change = Change {
            cursor: Some(cursor),
            since: Some(since),
            now: Some(now),
            ..change(learned)
        };
        live.cache.apply(change).await?;
        live.set_cursor(cursor);
        Ok(page)
    }

    /// Tells the page what may look different.
    pub(super) fn tell(&self, learned: &Learned) {
        if learned.is_nothing() {
            return;
        }
        let mut areas = Vec::new();
        if learned.entitlement.is_some() || !learned.secrets.is_empty() || !learned.removed.is_empty() {
            areas.extend([ChangedArea::Places, ChangedArea::Secrets]);
        }
        if !learned.requests.is_empty() || !learned.requests_removed.is_empty() {
            areas.push(ChangedArea::Requests);
        }
        let changed = learned.secrets.iter().map(|record| record.secret.id);
        let secrets: Vec<SecretId> = changed.chain(learned.removed.iter().copied()).collect();
        self.board.changed(
            &areas,
            if learned.entitlement.is_some() {
                &[]
            } else {
                &secrets
            },
        );
    }
}

impl Live {
    /// The cursor to sync from.
    pub(crate) fn cursor(&self) -> u64 {
        self.cursor.load(Ordering::Relaxed)
    }

    /// Goes on from elsewhere.
    pub(crate) fn set_cursor(&self, cursor: u64) {
        self.cursor.store(cursor, Ordering::Relaxed);
    }
}

/// The same for the cache.
pub(super) fn change(learned: Learned) -> Change {
    Change {
        entitlement: learned.entitlement,
        secrets: learned.secrets,
        removed: learned.removed,
        requests: learned.requests,
        requests_removed: learned.requests_removed,
        principals: learned.principals,
        ..Change::default()
    }
}

/// Requests that the server does not show any more.
fn gone(live: &Live, learned: &Learned) -> Vec<RequestId> {
    let shown: HashSet<RequestId> = learned.requests.iter().map(|request| request.id).collect();
    live.book()
        .requests
        .keys()
        .copied()
        .filter(|id| !shown.contains(id))
        .collect()
}

#[cfg(test)]
mod tests;
