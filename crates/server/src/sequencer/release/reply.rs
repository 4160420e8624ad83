//! What each caller of a batch is told, once its commit stands or has failed.

use super::{Call, Committed, Done, Settled};
use crate::http::Refusal;
use claviger_protocol::problem::{Code, Problem};
use std::sync::Arc;
use tokio::sync::oneshot;

/// A call with the place to put its answer.
pub(in crate::sequencer) struct Ask {
    pub(in crate::sequencer) call: Call,
    pub(in crate::sequencer) reply: Reply,
}

pub(super) type Reply = oneshot::Sender<Result<Settled, Refusal>>;

/// How a call is answered once the commit stands.
pub(super) enum Pending {
    Moved,
    Refused(Code),
    Items(Vec<Result<usize, Problem>>),
}

/// Answers the calls of a batch. Whoever does not wait any more is no reason to stop.
pub(super) fn answer(pending: Vec<Pending>, commit: Option<&Arc<Committed>>, replies: Vec<Reply>) {
    for (pending, reply) in pending.into_iter().zip(replies) {
        let answer = match (pending, commit) {
            (Pending::Moved, _) => Ok(Settled::Moved),
            (Pending::Refused(code), _) => Err(Refusal::new(code)),
            (Pending::Items(items), Some(commit)) => Ok(Settled::Done(Done {
                commit: Arc::clone(commit),
                items,
            })),
            (Pending::Items(_), None) => Err(Refusal::internal("a release without a commit")),
        };
        let _ = reply.send(answer);
    }
}

/// Tells every call of a batch that it failed; the first gets the cause, the others its code.
pub(super) fn fail(first: Refusal, replies: Vec<Reply>) {
    let code = first.code();
    let rest = std::iter::repeat_with(|| Refusal::new(code));
    for (reply, refusal) in replies.into_iter().zip(std::iter::once(first).chain(rest)) {
        let _ = reply.send(Err(refusal));
    }
}
