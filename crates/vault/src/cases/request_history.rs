//! Requests as far back as the server keeps them, page by page; nothing of it stays on the device.

use super::{names, requests::either};
use crate::{
    Vault,
    state::book::Learned,
    view::{problem::Problem, request::RequestHistory},
};
use claviger_model::{ids::RequestId, time::Timestamp};
use claviger_protocol::{
    requests::{RequestHistoryCall, RequestHistoryReply, RequestKey},
    route,
};
use std::sync::Arc;

impl Vault {
    /// A page of what the person asked for and of what was asked where they answer, newest first.
    ///
    /// # Errors
    /// When nobody is signed in, or the server cannot be reached.
    pub async fn request_history(&self, after: Option<&str>) -> Result<RequestHistory, Problem> {
        let call = RequestHistoryCall {
            after: after.map(read).transpose()?,
            limit: None,
        };
        let reply = self
            .inner
            .call::<_, RequestHistoryReply>(route::REQUEST_HISTORY, &[], &call)
            .await;
        let reply = reply.map_err(|error| self.outdated(error))?;
        let live = self.inner.live()?;
        // Whom the page names is known for this page only.
        let mut book = live.book();
        Arc::make_mut(&mut book).learn(&Learned {
            principals: reply.principals,
            ..Learned::default()
        });
        let now = self.now();
        let shown = |request| either(&book, live.principal, request, now);
        Ok(RequestHistory {
            requests: reply.requests.iter().map(shown).collect(),
            next: reply.next.map(written),
        })
    }
}

/// Time and id, apart by a dot.
fn written(key: RequestKey) -> String {
    format!("{}.{}", key.asked_at.millis(), key.request)
}

fn read(text: &str) -> Result<RequestKey, Problem> {
    let (at, request) = text.split_once('.').ok_or_else(names::not_found)?;
    let at: i64 = at.parse().map_err(|_| names::not_found())?;
    Ok(RequestKey {
        asked_at: Timestamp::from_millis(at),
        request: names::id::<RequestId>(request)?,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_place_in_the_history_reads_back_and_nothing_else_does() {
        let key = RequestKey {
            asked_at: Timestamp::from_millis(1_790_000_000_123),
            request: RequestId::from_bytes([7; 16]),
        };
        assert_eq!(read(&written(key)).unwrap(), key);
        for wrong in ["", ".", "12", "12.", "x.y", "12.34"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
