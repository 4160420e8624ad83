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
/// do not allow it at all.
///
/// # Errors
/// When the tables cannot be read or written.
pub async fn after_stricter_terms(change: &mut Change, top: ScopeId) -> Result<(), Stop> {
    let now = change.now();
    let mut longest_of: BTreeMap<(PrincipalId, ScopeId), Duration> = BTreeMap::new();
    let mut over: BTreeMap<DeviceId, (PrincipalId, BTreeSet<SecretId>)> = BTreeMap::new();
    let mut after = None;
    loop {
        let page = change.db().leases_below(top, now, after, PAGE).await?;
        let full = page.len() >= PAGE as usize;
        after = page.last().map(|(lease, _)| lease.event);
        for (lease, scope) in page {
            let key = (lease.principal, scope);
            let term = match longest_of.get(&key) {
                Some(term) => *term,
                None => {
                    let term = longest_at(change, lease.principal, scope).await?;
                    longest_of.insert(key, term);
                    term
                }
            };
            if outlives(&lease, term) {
                let entry = over.entry(lease.device);
                let (_, secrets) = entry.or_insert_with(|| (lease.principal, BTreeSet::new()));
                secrets.insert(lease.secret);
            }
        }
        if !full {
            break;
        }
    }
    let target = |secret| Target::Secret { secret, names: false };
    let targets: Targets = over
        .into_iter()
        .map(|(device, (person, secrets))| (device, (person, secrets.into_iter().map(target).collect())))
        .collect();
    issue(change, targets).await
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
