//! Proofs that were used again with a living token: an event, once a minute for each session, so that nobody can flood
//! the log with one captured call.

use super::Call;
use crate::{
    app::App,
    events::{Who, session_object},
};
use claviger_model::{event::EventKind, ids::SessionId, principal::PrincipalKind};
use claviger_protocol::problem::Code;
use claviger_storage::sessions::SessionContext;
use moka::sync::Cache;
use std::time::Duration;

const ONCE_IN: Duration = Duration::from_secs(60);
const CAPACITY: u64 = 10_000;

/// Remembers for which sessions a replay was recorded lately.
pub struct Replays(Cache<SessionId, ()>);

impl Replays {
    /// Remembers nothing yet.
    pub fn new() -> Self {
        Self(
            Cache::builder()
                .max_capacity(CAPACITY)
                .time_to_live(ONCE_IN)
                .build(),
        )
    }

    /// Records a replay, unless one of this session was recorded just now.
    pub async fn note(&self, app: &App, context: &SessionContext, call: Call) {
        let session = &context.session;
        if !self.0.entry(session.id).or_insert(()).is_fresh() {
            return;
        }
        let who = Who {
            principal: session.principal,
            service: context.principal.kind() == PrincipalKind::Service,
            session: Some(session.id),
            device: Some(session.device),
            call: call.id,
            address: call.address,
            device_time: None,
        };
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
            // The next one is the first that can be recorded.
            self.0.invalidate(&session.id);
            tracing::error!(?refusal, "a replay could not be recorded");
        }
    }
}

impl Default for Replays {
    fn default() -> Self {
        Self::new()
    }
}
