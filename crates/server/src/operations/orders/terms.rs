//! Leases that a place does not allow any more, since its terms became stricter (rule 21).

use super::{Targets, issue};
use crate::{
    entitlement::Place,
    sequencer::{Change, Stop},
};
use claviger_model::{
    action::Action,
    ids::{DeviceId, PrincipalId, ScopeId, SecretId},
};
use claviger_protocol::order::Target;
use claviger_storage::{principals::Principal, releases::Release};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

const PAGE: u32 = 1_000;

/// Orders away what is kept of secrets in and below a scope for longer than its terms allow as they are now, or by whom they
/// do not allow it at all. Memory holds what goes from one device.
///
/// # Errors
/// When the tables cannot be read or written.
pub async fn after_stricter_terms(change: &mut Change, top: ScopeId) -> Result<(), Stop> {
    let now = change.now();
    // Of the device at hand: what its owner may keep where, and what is kept for longer.
    let mut at_hand: Option<(DeviceId, PrincipalId)> = None;
    let (mut longest_of, mut over) = (BTreeMap::new(), BTreeSet::new());
    let mut after = None;
    loop {
        let page = change.db().leases_below(top, now, after, PAGE).await?;
        let full = page.len() >= PAGE as usize;
        after = page.last().map(|(lease, _)| (lease.device, lease.event));
        for (lease, scope) in page {
            let device = (lease.device, lease.principal);
            if let Some(before) = at_hand.replace(device).filter(|before| *before != device) {
                order_away(change, before, std::mem::take(&mut over)).await?;
                longest_of.clear();
            }
            let term = match longest_of.get(&scope) {
                Some(term) => *term,
                None => {
                    let term = longest_at(change, lease.principal, scope).await?;
                    longest_of.insert(scope, term);
                    term
                }
            };
            if outlives(&lease, term) {
                over.insert(lease.secret);
            }
        }
        if !full {
            break;
        }
    }
    match at_hand {
        Some(last) => order_away(change, last, over).await,
        None => Ok(()),
    }
}

async fn order_away(
    change: &mut Change,
    (device, person): (DeviceId, PrincipalId),
    secrets: BTreeSet<SecretId>,
) -> Result<(), Stop> {
    if secrets.is_empty() {
        return Ok(());
    }
    let target = |secret| Target::Secret { secret, names: false };
    let targets = secrets.into_iter().map(target).collect();
    issue(change, Targets::from([(device, (person, targets))])).await
}

/// For how long somebody may keep a value of a place, at best; zero = not at all.
///
/// # Errors
/// When the tables cannot be read.
pub(super) async fn longest(
    change: &mut Change,
    person: &Principal,
    place: &Place,
) -> Result<Duration, Stop> {
    let entitlements = change.entitlements();
    let decision = entitlements
        .decide_at_best(change.db(), person, Action::SecretUse, place)
        .await?;
    Ok(if decision.leasable {
        place.lease
    } else {
        Duration::ZERO
    })
}

async fn longest_at(change: &mut Change, person: PrincipalId, scope: ScopeId) -> Result<Duration, Stop> {
    let person = change.db().principal(person).await?;
    let place = change.place(scope).await?;
    match (person, place) {
        (Some(person), Some(place)) => longest(change, &person, &place).await,
        _ => Ok(Duration::ZERO),
    }
}

/// Whether a value is kept for longer than the terms allow.
pub(super) fn outlives(lease: &Release, term: Duration) -> bool {
    Duration::from_millis(lease.max_age_ms) > term
}
