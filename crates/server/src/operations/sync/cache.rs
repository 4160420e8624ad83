//! Comparing the generation of a device's cache with the last one at each contact (rule 24).

use crate::{
    app::App,
    caller::Caller,
    http::Refusal,
    operations::device::clone::{self, Seen},
    sequencer::job,
};
use claviger_model::event::EventKind;
use claviger_protocol::{problem::Code, sync::CacheState};

/// Notes a newer state; an older one, or another with the same number, ends the device.
///
/// # Errors
/// `cache_rolled_back` for a cloned or rolled-back cache.
pub async fn check(app: &App, caller: &Caller, state: &CacheState) -> Result<(), Refusal> {
    let digest: [u8; 32] = state
        .digest
        .array()
        .ok_or_else(|| Refusal::new(Code::BadRequest).detail("the digest has 32 bytes"))?;
    let generation = state.generation;
    let device = app
        .store
        .reader()
        .await?
        .device(caller.device)
        .await?
        .ok_or(Code::DeviceEnded)?;
    if clone::compare(&device, generation, Some(&digest)) == Seen::Same {
        return Ok(());
    }
    let caller = caller.clone();
    let job = job::<bool, _>(move |change| {
        Box::pin(async move {
            let acting = change.admit(&caller, EventKind::DeviceChanged).await?;
            match clone::compare(&acting.device, generation, Some(&digest)) {
                Seen::Same => Ok(true),
                Seen::Newer => {
                    let now = change.now();
                    change
                        .db()
                        .note_cache(acting.device.id, generation, &digest, now)
                        .await?;
                    Ok(true)
                }
                Seen::RolledBack => {
                    clone::end(change, &acting.device).await?;
                    Ok(false)
                }
            }
        })
    });
    if app.sequencer.change(job).await? {
        Ok(())
    } else {
        Err(Code::CacheRolledBack.into())
    }
}
