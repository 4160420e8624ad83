//! What an acknowledged order ends in the tables: the leases that it names.

use crate::sequencer::{Change, Stop};
use claviger_model::ids::{EventId, ScopeId, SecretId};
use claviger_protocol::order::Target;
use claviger_storage::{orders::Order, releases::Release, sessions::Device};
use std::collections::{BTreeMap, BTreeSet};

const LEASES: u32 = 50_000;
const PAGE: u32 = 1_000;

/// Notes that the leases which an order names are no more.
///
/// # Errors
/// When the tables cannot be read or written.
pub(super) async fn end_leases(
    change: &mut Change,
    device: &Device,
    order: &Order,
    targets: &[Target],
) -> Result<(), Stop> {
    let now = change.now();
    // A lease that was issued after the order is not meant by it.
    let mut held = change.db().leases_on(device.id, now, LEASES).await?;
    held.retain(|lease| lease.issued_at <= order.issued_at);
    let secrets: BTreeSet<SecretId> = held.iter().map(|lease| lease.secret).collect();
    let scopes = scopes_of(change, &secrets).await?;
    let mut below = BTreeSet::new();
    for target in targets {
        if let Target::Scope { scope, .. } = target {
            below.extend(subtree(change, *scope).await?);
        }
    }
    let named = |lease: &&Release| {
        targets.iter().any(|target| match target {
            Target::Everything => true,
            Target::Secret { secret, .. } => *secret == lease.secret,
            Target::Scope { .. } => scopes
                .get(&lease.secret)
                .is_some_and(|scope| below.contains(scope)),
        })
    };
    let ended: Vec<EventId> = held.iter().filter(named).map(|lease| lease.event).collect();
    if !ended.is_empty() {
        change.db().end_releases(device.id, &ended, now).await?;
    }
    Ok(())
}

async fn scopes_of(
    change: &mut Change,
    secrets: &BTreeSet<SecretId>,
) -> Result<BTreeMap<SecretId, ScopeId>, Stop> {
    if secrets.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found = change
        .db()
        .secrets(&secrets.iter().copied().collect::<Vec<_>>())
        .await?;
    Ok(found
        .into_iter()
        .map(|secret| (secret.id, secret.scope))
        .collect())
}

async fn subtree(change: &mut Change, top: ScopeId) -> Result<Vec<ScopeId>, Stop> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = change.db().scopes_under(&[top], after, PAGE).await?;
        let full = page.len() >= PAGE as usize;
        after = page.last().map(|scope| scope.id);
        found.extend(page.into_iter().map(|scope| scope.id));
        if !full {
            return Ok(found);
        }
    }
}
