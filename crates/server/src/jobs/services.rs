//! Sessions of service identities whose token is over, and the instances that they were on: a job that runs each minute would
//! leave thousands of them behind. The log keeps what they did.

use crate::{app::Shared, http::Refusal};
use std::time::Duration;

/// How long an instance that does not call is remembered as the same device.
const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);

/// Deletes what is over.
pub(super) async fn forget(app: &Shared) -> Result<(), Refusal> {
    let now = app.clock.now();
    if !app.store.reader().await?.service_session_over(now).await? {
        return Ok(());
    }
    app.sequencer
        .change(|change| {
            Box::pin(async move {
                let now = change.now();
                let before = now.minus(REMEMBERED);
                Ok(change.db().forget_service_sessions(now, before).await?)
            })
        })
        .await
        .map(|forgotten| {
            if forgotten > 0 {
                tracing::debug!(forgotten, "sessions and instances of services are over");
            }
        })
}
