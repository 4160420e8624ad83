//! What an acknowledged order ends in the tables: the leases that it names.

use crate::{
    operations::orders::{LEASES, places_of},
    sequencer::{Change, Stop},
};
use claviger_model::ids::{EventId, ScopeId};
use claviger_protocol::order::Target;
use claviger_storage::{
    orders::Order,
    releases::{AfterLease, Release},
    sessions::Device,
};
use std::collections::BTreeSet;

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
    let everything = targets.contains(&Target::Everything);
    let (mut below, mut single) = (BTreeSet::new(), BTreeSet::new());
    for target in targets {
        match target {
            Target::Everything => {}
            Target::Secret { secret, .. } => {
                single.insert(*secret);
            }
            Target::Scope { scope, .. } => below.extend(subtree(change, *scope).await?),
        }
    }
    let mut after = None;
    loop {
        let held = change.db().leases_on(device.id, now, after, LEASES).await?;
        let Some(last) = held.last() else {
            return Ok(());
        };
        after = Some(AfterLease::of(last));
        let places = places_of(change.db(), &held).await?;
        let named = |lease: &Release| {
            let place = places.get(&lease.secret);
            everything || single.contains(&lease.secret) || place.is_some_and(|scope| below.contains(scope))
        };
        // A lease that was issued after the order is not meant by it.
        let meant = held.iter().filter(|lease| lease.issued_at <= order.issued_at);
        let ended: Vec<EventId> = meant
            .filter(|lease| named(lease))
            .map(|lease| lease.event)
            .collect();
        if !ended.is_empty() {
            change.db().end_releases(device.id, &ended, now).await?;
        }
    }
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
