//! Refusals of known sessions that no change records: reads, and everything that a disabled person asks for. An event, once a
//! minute for each session and code, so that nobody can flood the log, and nobody can try ids out without a trace.

use super::{Call, Lately};
use crate::{
    app::App,
    events::{ASKED, Who, session_object},
};
use axum::http::{Method, Uri};
use claviger_model::{event::EventKind, ids::SessionId};
use claviger_protocol::{problem::Code, route::Route};
use claviger_storage::sessions::SessionContext;

/// What one asked for, in characters of the opening.
const ASKED_MOST: usize = 512;

/// What a decision refuses; other codes say what is wrong with the call.
const REFUSALS: &[Code] = &[
    Code::NotFound,
    Code::Forbidden,
    Code::SeparationOfDuties,
    Code::Disabled,
    Code::WrongNetwork,
];

/// What was asked for, as it stands in the opening: method and path, and of a query its body, which nobody has parsed yet: what is
/// no character of a text, as U+0000, which PostgreSQL does not store, is replaced.
pub fn asked(route: Route, method: &Method, uri: &Uri, body: &[u8]) -> String {
    let mut asked = format!("{method} {}", uri.path());
    if route.asks {
        asked.push(' ');
        asked.push_str(&String::from_utf8_lossy(body));
    }
    let shown = |c: char| {
        if c.is_control() {
            char::REPLACEMENT_CHARACTER
        } else {
            c
        }
    };
    asked.chars().take(ASKED_MOST).map(shown).collect()
}

/// Remembers which refusals were recorded lately.
#[derive(Default)]
pub struct Refusals(Lately<(SessionId, Code)>);

impl Refusals {
    /// Records a refusal, unless one like it was recorded just now. The leaf names nothing, as that of every refusal of what
    /// may not be known of.
    pub async fn note(&self, app: &App, context: &SessionContext, call: Call, code: Code, asked: String) {
        let session = &context.session;
        if !REFUSALS.contains(&code) || !self.0.is_first((session.id, code)) {
            return;
        }
        let who = Who::of_session(context, call);
        let object = match code {
            Code::Disabled | Code::WrongNetwork => session_object(session.id, session.device),
            _ => claviger_ledger::leaf::Object::default(),
        };
        let recorded = app.sequencer.change(move |change| {
            Box::pin(async move {
                let event = change
                    .event(who, EventKind::FailuresCounted)
                    .on(object)
                    .commit(ASKED, asked, Some(who.principal))
                    .refused(code);
                change.record(event);
                Ok(())
            })
        });
        if let Err(refusal) = recorded.await {
            self.0.forget((session.id, code));
            tracing::error!(?refusal, "a refusal could not be recorded");
        }
    }
}
