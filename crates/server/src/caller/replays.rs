//! Proofs that were used again with a living token: an event, once a minute for each session, so that nobody can flood
//! the log with one captured call.

use super::{Call, Lately};
use crate::{
    app::App,
    events::{Who, session_object},
};
use claviger_model::{event::EventKind, ids::SessionId};
use claviger_protocol::problem::Code;
use claviger_storage::sessions::SessionContext;

/// Remembers for which sessions a replay was recorded lately.
#[derive(Default)]
pub struct Replays(Lately<SessionId>);

impl Replays {
    /// Records a replay, unless one of this session was recorded just now.
    pub async fn note(&self, app: &App, context: &SessionContext, call: Call) {
        let session = &context.session;
        if !self.0.is_first(session.id) {
            return;
        }
        let who = Who::of_session(context, call);
        let object = session_object(session.id, session.device);
        let recorded = app.sequencer.change(move |change| {
            Box::pin(async move {
                let event = change
                    .event(who, EventKind::ReplayDetected)
                    .on(object)
                    .refused(Code::ProofReused);
                change.record(event);
                Ok(())
            })
        });
        if let Err(refusal) = recorded.await {
            self.0.forget(session.id);
            tracing::error!(?refusal, "a replay could not be recorded");
        }
    }
}
