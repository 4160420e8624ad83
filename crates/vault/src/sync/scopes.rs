//! A new entitlement: what it does not show goes, the secrets of scopes that are new in it are fetched.
//!
//! Their pages are stored before the entitlement and the cursor are, so that a crash in between fetches them again.

use super::{SyncError, page::change};
use crate::{
    api::Request,
    session::CallError,
    state::{
        Gone, Inner, Live,
        book::{Learned, Places},
    },
    view::state::Progress,
};
use claviger_model::ids::{ScopeId, SecretId};
use claviger_protocol::{
    route,
    sync::{ScopesCall, ScopesReply},
};
use std::{collections::HashSet, sync::Arc};

/// Scopes of one call; also the steps of the progress that is shown.
const AT_ONCE: usize = 50;

impl Inner {
    /// Puts an entitlement into the book and fetches what is new in it; gives the secrets that are gone by it.
    pub(super) async fn take_entitlement(
        self: &Arc<Self>,
        live: &Arc<Live>,
        learned: &Learned,
        anew: bool,
    ) -> Result<Vec<SecretId>, SyncError> {
        let Some(entitlement) = learned.entitlement.clone() else {
            return Ok(Vec::new());
        };
        let book = live.book();
        let mut removed = book.outside(&entitlement);
        live.note_gone(removed.iter().copied(), Gone::AccessEnded);
        let held: Vec<SecretId> = if anew {
            book.secrets.keys().copied().collect()
        } else {
            Vec::new()
        };
        let scopes: Vec<ScopeId> = if anew {
            let places = Places::new(&entitlement);
            let visible = places.visible();
            places
                .iter()
                .map(|node| node.scope.id)
                .filter(|scope| visible.contains(scope))
                .collect()
        } else {
            book.newly_visible(&entitlement)
        };
        drop(book);
        live.learn(&Learned {
            entitlement: Some(entitlement),
            // They stay, for the cache: else nobody would be known by name after the next start.
            principals: learned.principals.clone(),
            ..Learned::default()
        });
        let mut seen = HashSet::new();
        for (done, some) in scopes.chunks(AT_ONCE).enumerate() {
            self.note_progress(live, Some(progress(done.saturating_mul(AT_ONCE), scopes.len())));
            self.fetch_scopes(live, some, &mut seen).await?;
        }
        // Taken anew, what no page had is gone.
        removed.extend(held.into_iter().filter(|secret| !seen.contains(secret)));
        Ok(removed)
    }

    async fn fetch_scopes(
        self: &Arc<Self>,
        live: &Arc<Live>,
        scopes: &[ScopeId],
        seen: &mut HashSet<SecretId>,
    ) -> Result<(), SyncError> {
        let mut after = None;
        loop {
            let call = ScopesCall {
                scopes: scopes.to_vec(),
                after,
            };
            let request = Request::with(route::SYNC_SCOPES, &[], &call).map_err(CallError::from)?;
            let reply: ScopesReply = self.call_as(live, &request).await?;
            after = reply.secrets.last().map(|record| record.secret.id);
            seen.extend(reply.secrets.iter().map(|record| record.secret.id));
            let learned = Learned {
                secrets: reply.secrets,
                principals: reply.principals,
                ..Learned::default()
            };
            live.learn(&learned);
            self.tell(&learned);
            live.cache.apply(change(learned)).await?;
            if !reply.more || after.is_none() {
                return Ok(());
            }
        }
    }
}

fn progress(done: usize, total: usize) -> Progress {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Progress {
        done: count(done),
        total: count(total),
    }
}
