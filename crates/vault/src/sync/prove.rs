//! Whether a release is what was asked for, and in the log (rules 18 and 21).

use super::wire;
use claviger_ledger::{
    checkpoint::Checkpoint,
    hash::NodeHash,
    leaf::{Leaf, Outcome},
    lease::{CiphertextHash, Lease},
    proof::verify_path,
    subject::SubjectHead,
};
use claviger_model::ids::{DeviceId, OrganizationId, PrincipalId, SessionId};
use claviger_protocol::release::{Release, ReleaseItem};

/// Who asked, and from where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) organization: OrganizationId,
    pub(super) principal: PrincipalId,
    pub(super) device: DeviceId,
    pub(super) session: SessionId,
}

/// A release whose leaf holds.
#[derive(Debug)]
pub(super) struct Proved {
    pub(super) release: Release,
    pub(super) lease: Lease,
    pub(super) head: SubjectHead,
}

/// Checks that a leaf says what was asked for, by whom and where, and that the log holds it.
///
/// # Errors
/// Says what does not fit.
pub(super) fn prove(
    asked: &Asked,
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
            leaf.organization == asked.organization,
            "its entry in the log is of another organization",
        ),
        (
            leaf.outcome == Outcome::Allowed,
            "its entry in the log says that it was refused",
        ),
        (
            leaf.actor.is_some_and(|actor| actor.principal == asked.principal),
            "its entry names another person",
        ),
        (
            lease.device == asked.device,
            "its entry in the log is of another device",
        ),
        (
            leaf.session == Some(asked.session),
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
        .link_of(asked.principal)
        .ok_or("its entry in the log does not stand in your history")?;
    let head = link.head(hash);
    let path = wire::hashes(&release.proof).ok_or("its proof is malformed")?;
    verify_path(hash, release.index, &path, checkpoint).map_err(|_| "the log does not hold its entry")?;
    for record in &release.openings {
        let (field, opening) = wire::opening(record).ok_or("what its entry commits to is malformed")?;
        let opens = leaf
            .commitments
            .get(&field)
            .is_some_and(|commitment| opening.opens(field.as_str(), commitment));
        if !opens {
            return Err("what its entry commits to is something else");
        }
    }
    Ok(Proved { release, lease, head })
}

#[cfg(test)]
mod tests;
