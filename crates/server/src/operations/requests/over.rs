//! What ended by itself: names and leases are ordered away, as when somebody ends it; and old history goes.

use super::terms::favourable;
use crate::{
    app::Shared,
    http::Refusal,
    operations::orders::{self, Targets},
    sequencer::{Change, Stop, change::people_of},
    stream::Audience,
};
use claviger_ledger::leaf::{Fact, Object};
use claviger_model::{
    action::Action, event::EventKind, grant::Grant, ids::ScopeId, principal::PrincipalKind,
};
use claviger_protocol::{order::Target, stream::Hint};
use claviger_storage::sessions::DeviceState;
use std::{collections::BTreeSet, time::Duration};

/// Grants of one round; the rest follows in the next.
const ROUND: u32 = 100;
const PAGE: u32 = 1_000;
/// Leases of one device that are looked at.
const LEASES: u32 = 50_000;

/// Sees to what requests gave and is over.
///
/// # Errors
/// When the tables cannot be read or written; the next round tries again.
pub async fn close(app: &Shared) -> Result<(), Refusal> {
    let now = app.clock.now();
    if app.store.reader().await?.given_and_over(now, 1).await?.is_empty() {
        return Ok(());
    }
    app.sequencer
        .change(|change| Box::pin(async move { settle(change).await }))
        .await
}

/// Deletes requests whose time of keeping is over.
///
/// # Errors
/// When the tables cannot be written.
pub async fn forget(app: &Shared, keep: Duration) -> Result<(), Refusal> {
    let before = app.clock.now().minus(keep);
    if !app.store.reader().await?.any_to_delete(before).await? {
        return Ok(());
    }
    app.sequencer
        .change(move |change| {
            Box::pin(async move {
                let before = change.now().minus(keep);
                change.db().delete_requests_before(before, PAGE).await?;
                Ok(())
            })
        })
        .await
}

async fn settle(change: &mut Change) -> Result<(), Stop> {
    let now = change.now();
    let mut targets = Targets::new();
    for given in change.db().given_and_over(now, ROUND).await? {
        change.db().close_given(given.grant, now).await?;
        let Some(grant) = change.db().grant(given.grant).await? else {
            continue;
        };
        let object = Object {
            grant: Some(grant.id),
            principal: Some(grant.principal),
            role: Some(grant.role),
            scope: Some(grant.scope),
            request: Some(given.request),
            ..Object::default()
        };
        let event = change
            .own_event(EventKind::GrantEnded)
            .on(object)
            .concerning(grant.principal)
            .fact("expired", Fact::Flag(true));
        change.record(event);
        lost(change, &grant, &mut targets).await?;
    }
    orders::issue(change, targets).await
}

/// What its holder may not see or read any more at and below its scope.
async fn lost(change: &mut Change, grant: &Grant, targets: &mut Targets) -> Result<(), Stop> {
    let mut below = BTreeSet::new();
    let mut after = None;
    loop {
        let page = change.db().scopes_under(&[grant.scope], after, PAGE).await?;
        let full = page.len() >= PAGE as usize;
        after = page.last().map(|scope| scope.id);
        below.extend(page.into_iter().map(|scope| scope.id));
        if !full {
            break;
        }
    }
    for person in people_of(change.db(), grant.principal).await? {
        if person.kind() == PrincipalKind::Team {
            continue;
        }
        let (entitlements, circumstances) = (change.entitlements(), favourable(change.now()));
        let listed = entitlements.listed(change.db(), &person, &circumstances).await?;
        let without = |action: Action| -> BTreeSet<ScopeId> {
            below
                .iter()
                .copied()
                .filter(|scope| !listed.allows(*scope, action))
                .collect()
        };
        let unseen = without(Action::SecretView);
        let unread: BTreeSet<_> = without(Action::SecretUse)
            .intersection(&without(Action::SecretReveal))
            .copied()
            .collect();
        for device in change.db().devices_of(person.id).await? {
            if device.state == DeviceState::Ended {
                continue;
            }
            let mut of_device = Vec::new();
            if unseen == below {
                of_device.push(Target::Scope {
                    scope: grant.scope,
                    names: true,
                });
            }
            of_device.extend(leases(change, device.id, &unseen, &unread).await?);
            if !of_device.is_empty() {
                let entry = targets
                    .entry(device.id)
                    .or_insert_with(|| (person.id, Vec::new()));
                entry.1.extend(of_device);
            }
        }
        change.hint(Audience::Person(person.id), Hint::Sync);
    }
    Ok(())
}

async fn leases(
    change: &mut Change,
    device: claviger_model::ids::DeviceId,
    unseen: &BTreeSet<ScopeId>,
    unread: &BTreeSet<ScopeId>,
) -> Result<Vec<Target>, Stop> {
    let now = change.now();
    let held: BTreeSet<_> = change
        .db()
        .leases_on(device, now, LEASES)
        .await?
        .into_iter()
        .map(|lease| lease.secret)
        .collect();
    let held: Vec<_> = held.into_iter().collect();
    let secrets = if held.is_empty() {
        Vec::new()
    } else {
        change.db().secrets(&held).await?
    };
    Ok(secrets
        .into_iter()
        .filter(|secret| unread.contains(&secret.scope))
        .map(|secret| Target::Secret {
            secret: secret.id,
            names: unseen.contains(&secret.scope),
        })
        .collect())
}
