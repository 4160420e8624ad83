//! Released values: a value is opened only once its leaf says what was asked, is in a checkpoint that the log signed, and that
//! checkpoint does not contradict what this device saw (rules 18, 21, 28).
//!
//! The leaf is part of the person's own history too: the history that is fetched next must show the very same one.

use super::{
    ReleaseError,
    prove::{Asked, Proved, prove},
    watch::Contradiction,
};
use crate::{
    api::{ApiError, Request},
    session::CallError,
    state::{Inner, Live},
};
use claviger_cache::KeepLease;
use claviger_crypto::{
    sealing::{Encapsulation, ReleaseBinding, ReleaseInfo, ReleaseReceiver, SealingError, open_value},
    secret::{Key256, SecretBytes},
};
use claviger_ledger::checkpoint::Checkpoint;
use claviger_model::{ids::EventId, time::Timestamp};
use claviger_protocol::{
    problem::Problem,
    release::{Purpose, ReleaseCall, ReleaseItem, ReleaseReply, ReleaseResult},
    route,
};
use std::sync::{Arc, PoisonError};

/// A value that was released, proved and opened.
#[derive(Debug)]
pub(crate) struct OpenedValue {
    /// The event of its release.
    pub(crate) event: EventId,
    /// What it was released for.
    pub(crate) purpose: Purpose,
    /// The value.
    pub(crate) value: SecretBytes,
    /// Until when its offline copy can be read; none where none was kept.
    pub(crate) kept_until: Option<Timestamp>,
}

impl Inner {
    /// Asks for values, checks their proofs, keeps their leases and opens them; in the order of the items.
    ///
    /// # Errors
    /// When the server is out of reach, or what it sent does not hold. A refused item is its own `Err`.
    pub(crate) async fn release(
        self: &Arc<Self>,
        items: Vec<ReleaseItem>,
    ) -> Result<Vec<Result<OpenedValue, Problem>>, ReleaseError> {
        let live = self.live()?;
        let call = ReleaseCall { items };
        let request = Request::with(route::RELEASES, &[], &call).map_err(CallError::from)?;
        let asked = self.call_as::<ReleaseReply>(&live, &request);
        let reply = if self.is_online() {
            asked.await?
        } else {
            // Somebody waits for a value that is here: a dead network must not take half a minute to say so.
            let in_time = tokio::time::timeout(self.parts.timings.offline_patience, asked).await;
            in_time.unwrap_or(Err(ApiError::TooSlow.into()))?
        };
        let opened = self.accept_release(&live, &call.items, reply).await;
        live.wake.notify_one();
        opened
    }

    /// The second half of [`Inner::release`].
    ///
    /// # Errors
    /// As there.
    pub(crate) async fn accept_release(
        self: &Arc<Self>,
        live: &Arc<Live>,
        items: &[ReleaseItem],
        reply: ReleaseReply,
    ) -> Result<Vec<Result<OpenedValue, Problem>>, ReleaseError> {
        if items.len() != reply.results.len() {
            return Err(ReleaseError::Proof(
                "it has another number of values than were asked for".to_owned(),
            ));
        }
        let checkpoint = self.accept_checkpoint(live, &reply.checkpoint).await?;
        let asked = Asked {
            organization: live.server.organization,
            principal: live.principal,
            device: live.device,
            session: live.session_id,
        };
        let mut proved = Vec::with_capacity(items.len());
        for (item, result) in items.iter().zip(reply.results) {
            proved.push(match result {
                ReleaseResult::Released(release) => Ok(prove(&asked, item, release, &checkpoint)
                    .map_err(|why| ReleaseError::Proof(why.to_owned()))?),
                ReleaseResult::Refused { problem } => Err(problem),
            });
        }
        {
            let mut log = live.log.lock().await;
            proved.iter().flatten().for_each(|one| log.expect(one.head));
        }
        let (mut opened, mut keep) = (Vec::with_capacity(items.len()), Vec::new());
        for (item, proved) in items.iter().zip(proved) {
            opened.push(match proved {
                Ok(proved) => {
                    let key = live.release_key(&reply.encapsulated.0, proved.release.event)?;
                    let (value, lease) = open(live, item, proved, key, &reply.checkpoint)?;
                    keep.extend(lease);
                    Ok(value)
                }
                Err(problem) => Err(problem),
            });
        }
        self.keep(live, keep, &mut opened).await?;
        Ok(opened)
    }

    /// Verifies the log's signature, and that the checkpoint does not contradict the pinned one.
    async fn accept_checkpoint(
        self: &Arc<Self>,
        live: &Arc<Live>,
        signed: &str,
    ) -> Result<Checkpoint, ReleaseError> {
        let mut watch = live.log.lock().await;
        let contradiction = match Checkpoint::verify(signed, &live.server.log, &[]) {
            Ok(verified) => match watch.contradicts(&verified.checkpoint) {
                None => return Ok(verified.checkpoint),
                Some(words) => Contradiction::Words(words),
            },
            Err(_) => Contradiction::Key,
        };
        Err(ReleaseError::Proof(
            self.contradicted(live, &mut watch, contradiction)
                .await
                .to_string(),
        ))
    }

    /// Keeps leases. Where that fails, a value that is to be used is still given; one that is to be kept is not.
    async fn keep(
        &self,
        live: &Live,
        leases: Vec<KeepLease>,
        opened: &mut [Result<OpenedValue, Problem>],
    ) -> Result<(), ReleaseError> {
        if leases.is_empty() {
            return Ok(());
        }
        match live.cache.keep_leases(leases).await {
            Ok(()) => Ok(self.read_leases(live).await?),
            Err(error) => {
                if opened
                    .iter()
                    .flatten()
                    .any(|value| value.purpose == Purpose::Lease)
                {
                    return Err(error.into());
                }
                tracing::warn!(%error, "a value could not be kept for offline use");
                opened
                    .iter_mut()
                    .flatten()
                    .for_each(|value| value.kept_until = None);
                Ok(())
            }
        }
    }
}

impl Live {
    /// The key of a release, by the context of its encapsulation; the newest context is kept in memory.
    fn release_key(&self, encapsulated: &[u8], event: EventId) -> Result<Key256, SealingError> {
        let mut kept = self.receiver.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, receiver)) = kept.as_ref()
            && known == encapsulated
        {
            return receiver.release_key(event);
        }
        let info = ReleaseInfo {
            organization: self.server.organization,
            device: self.device,
            session: self.session_id,
        };
        let receiver = ReleaseReceiver::new(
            self.keys.sealing(),
            &Encapsulation::from_bytes(encapsulated)?,
            info,
        )?;
        let key = receiver.release_key(event);
        *kept = Some((encapsulated.to_vec(), receiver));
        key
    }
}

/// Opens a proved value, and says what to keep of it.
fn open(
    live: &Live,
    item: &ReleaseItem,
    proved: Proved,
    key: Key256,
    checkpoint: &str,
) -> Result<(OpenedValue, Option<KeepLease>), SealingError> {
    let Proved { release, lease, .. } = proved;
    let binding = ReleaseBinding {
        organization: live.server.organization,
        device: live.device,
        secret: item.secret,
        version: release.version,
        event: release.event,
    };
    let value = open_value(&key, &binding, &release.sealed.0)?;
    let keeps = lease.terms.max_age_ms > 0 && live.cache.is_stored();
    let opened = OpenedValue {
        event: release.event,
        purpose: item.purpose,
        value,
        kept_until: keeps.then(|| lease.ends_at()),
    };
    let keep = keeps.then(|| KeepLease {
        secret: item.secret,
        release,
        checkpoint: checkpoint.to_owned(),
        release_key: key,
    });
    Ok((opened, keep))
}
