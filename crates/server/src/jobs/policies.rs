//! Guardrails that could not be evaluated (rule 11): an event for each in every round, and a note that the list of guardrails shows.

use crate::{app::Shared, http::Refusal, operations::guardrails};
use claviger_ledger::leaf::Fact;
use claviger_model::event::EventKind;

/// Writes down what this process counted since the last round.
pub(super) async fn record(app: &Shared) -> Result<(), Refusal> {
    let counts = app.entitlements.failing.take();
    if counts.is_empty() {
        return Ok(());
    }
    let wanted = counts.clone();
    let recorded = app
        .sequencer
        .change(move |change| {
            Box::pin(async move {
                for (id, (count, at)) in wanted {
                    // One that was deleted meanwhile is in the log all the same.
                    change.db().note_guardrail_failures(id, count, at).await?;
                    let event = change
                        .own_event(EventKind::PolicyFailed)
                        .on(guardrails::object(id))
                        .fact(
                            "count",
                            Fact::Number(i64::try_from(count).unwrap_or(i64::MAX >> 11)),
                        );
                    change.record(event);
                }
                Ok(())
            })
        })
        .await;
    if recorded.is_err() {
        app.entitlements.failing.put_back(counts);
    }
    recorded
}
