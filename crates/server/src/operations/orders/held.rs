//! Leases on a device, page by page: no number of them is too large to be ordered away.

use super::Lost;
use crate::sequencer::{Change, Stop};
use claviger_model::{
    ids::{DeviceId, ScopeId, SecretId},
    time::Timestamp,
};
use claviger_protocol::order::Target;
use claviger_storage::{
    Reader, StorageError,
    releases::{AfterLease, Release},
};
use std::collections::{BTreeMap, BTreeSet};

/// Leases that are held in memory at once.
pub const LEASES: u32 = 1_000;

/// Shows every lease on a device, oldest first, with the place of its secret today.
///
/// # Errors
/// When the tables cannot be read.
pub async fn each_held(
    db: &mut dyn Reader,
    device: DeviceId,
    now: Timestamp,
    see: &mut (dyn FnMut(Release, ScopeId) + Send),
) -> Result<(), StorageError> {
    let mut after = None;
    loop {
        let leases = db.leases_on(device, now, after, LEASES).await?;
        let Some(last) = leases.last() else {
            return Ok(());
        };
        after = Some(AfterLease::of(last));
        let places = places_of(db, &leases).await?;
        for lease in leases {
            if let Some(scope) = places.get(&lease.secret) {
                see(lease, *scope);
            }
        }
    }
}

/// Where the secrets of these leases are today.
///
/// # Errors
/// When the tables cannot be read.
pub async fn places_of(
    db: &mut dyn Reader,
    leases: &[Release],
) -> Result<BTreeMap<SecretId, ScopeId>, StorageError> {
    let secrets: BTreeSet<_> = leases.iter().map(|lease| lease.secret).collect();
    let secrets: Vec<_> = secrets.into_iter().collect();
    if secrets.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found = db.secrets(&secrets).await?;
    Ok(found
        .into_iter()
        .map(|secret| (secret.id, secret.scope))
        .collect())
}

/// Leases on a device whose right was lost while the names stay.
pub(super) async fn lost_leases(
    change: &mut Change,
    device: DeviceId,
    lost: &Lost,
) -> Result<Vec<Target>, Stop> {
    if lost.values.is_empty() {
        return Ok(Vec::new());
    }
    let now = change.now();
    let mut gone = BTreeSet::new();
    each_held(change.db(), device, now, &mut |lease, scope| {
        if lost.values.contains(&scope) {
            gone.insert(lease.secret);
        }
    })
    .await?;
    Ok(gone
        .into_iter()
        .map(|secret| Target::Secret { secret, names: false })
        .collect())
}
