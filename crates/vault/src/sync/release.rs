//! Released values: a value is opened only once its leaf says what was asked, is in a checkpoint that the log signed, and that
//! checkpoint does not contradict what this device saw (rules 18, 21, 28).
//!
//! The leaf is part of the person's own history too: the history that is fetched next must show the very same one.

use super::{
    ReleaseError,
    watch::{self, Contradiction},
};
use crate::{
    api::Request,
    session::CallError,
    state::{Inner, Live},
};
use claviger_cache::KeepLease;
use claviger_crypto::{
    sealing::{Encapsulation, ReleaseBinding, ReleaseInfo, ReleaseReceiver, SealingError, open_value},
    secret::{Key256, SecretBytes},
};
use claviger_ledger::{
    checkpoint::Checkpoint,
    hash::NodeHash,
    leaf::{Leaf, Outcome},
    lease::{CiphertextHash, Lease},
    proof::verify_path,
    subject::SubjectHead,
};
use claviger_model::{
    ids::{EventId, SecretId},
    time::Timestamp,
};
use claviger_protocol::{
    problem::Problem,
    release::{Purpose, Release, ReleaseCall, ReleaseItem, ReleaseReply, ReleaseResult},
    route,
};
use std::sync::{Arc, PoisonError};

/// A value that was released, proved and opened.
#[derive(Debug)]
pub(crate) struct OpenedValue {
    pub(crate) secret: SecretId,
    pub(crate) version: u64,
    pub(crate) purpose: Purpose,
    pub(crate) event: EventId,
    /// When the server released it.
    pub(crate) at: Timestamp,
    pub(crate) value: SecretBytes,
    /// Until when its offline copy can be read; none where none was kept.
    pub(crate) kept_until: Option<Timestamp>,
}

/// A release whose leaf holds.
struct Proved {
    release: Release,
    leaf: Leaf,
    lease: Lease,
    head: SubjectHead,
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
        let reply: ReleaseReply = self.call_as(&live, &request).await?;
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
        let mut proved = Vec::with_capacity(items.len());
        for (item, result) in items.iter().zip(reply.results) {
            proved.push(match result {
                ReleaseResult::Released(release) => Ok(prove(live, item, release, &checkpoint)
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

/// Checks that a leaf says what was asked for, by whom and where, and that the log holds it.
fn prove(
    live: &Live,
    item: &ReleaseItem,
    release: Release,
    checkpoint: &Checkpoint,
) -> Result<Proved, &'static str> {
    let leaf = Leaf::parse(&release.leaf.0).map_err(|_| "its entry in the log cannot be read")?;
    let lease = Lease::of(&leaf).ok_or("its entry in the log names no sealed value")?;
    let says = [
        (
            leaf.event == release.event,
            "its entry in the log is of another event",
        ),
        (
            leaf.kind.as_kind() == Some(item.purpose.event()),
            "its entry in the log is of another purpose",
        ),
        (
            leaf.organization == live.server.organization,
            "its entry in the log is of another organization",
        ),
        (
            leaf.outcome == Outcome::Allowed,
            "its entry in the log says that it was refused",
        ),
        (
            leaf.actor.is_some_and(|actor| actor.principal == live.principal),
            "its entry names another person",
        ),
        (
            lease.device == live.device,
            "its entry in the log is of another device",
        ),
        (
            leaf.session == Some(live.session_id),
            "its entry in the log is of another session",
        ),
        (
            lease.secret == item.secret,
            "its entry in the log is of another secret",
        ),
        (
            lease.version == release.version,
            "its entry in the log is of another version",
        ),
        (
            item.version.is_none_or(|version| version == release.version),
            "it is another version than was asked for",
        ),
        (
            lease.terms.ciphertext_sha256 == CiphertextHash::of(&release.sealed.0),
            "the sealed value is not the one in the log",
        ),
    ];
    if let Some((_, why)) = says.into_iter().find(|(holds, _)| !holds) {
        return Err(why);
    }
    let hash = NodeHash::of_leaf(&release.leaf.0);
    let link = leaf
        .link_of(live.principal)
        .ok_or("its entry in the log does not stand in your history")?;
    let head = link.head(hash);
    let path = watch::hashes(&release.proof).ok_or("its proof is malformed")?;
    verify_path(hash, release.index, &path, checkpoint).map_err(|_| "the log does not hold its entry")?;
    for record in &release.openings {
        let (field, opening) = watch::opening(record).ok_or("what its entry commits to is malformed")?;
        let opens = leaf
            .commitments
            .get(&field)
            .is_some_and(|commitment| opening.opens(field.as_str(), commitment));
        if !opens {
            return Err("what its entry commits to is something else");
        }
    }
    Ok(Proved {
        release,
        leaf,
        lease,
        head,
    })
}

/// Opens a proved value, and says what to keep of it.
fn open(
    live: &Live,
    item: &ReleaseItem,
    proved: Proved,
    key: Key256,
    checkpoint: &str,
) -> Result<(OpenedValue, Option<KeepLease>), SealingError> {
    let Proved {
        release, leaf, lease, ..
    } = proved;
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
        secret: item.secret,
        version: release.version,
        purpose: item.purpose,
        event: release.event,
        at: leaf.at,
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
