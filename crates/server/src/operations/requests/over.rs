//! What ended by itself: names and leases are ordered away, as when somebody ends it; and old history goes.

use super::make::judge;
use crate::{
    app::Shared,
    http::Refusal,
    operations::orders::{self, Lost},
    sequencer::{Change, Stop, change::people_of},
    stream::Audience,
};
use claviger_ledger::leaf::{Fact, Object};
use claviger_model::{event::EventKind, grant::Grant, ids::ScopeId, principal::PrincipalKind, scope::Scope};
use claviger_policy::entitled::{Entitlements as Rights, Rights as RightsAt};
use claviger_protocol::stream::Hint;
use std::time::Duration;

/// Grants of one round; the rest follows in the next.
const ROUND: u32 = 100;
const PAGE: u32 = 1_000;

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
        take_away(change, &grant).await?;
    }
    Ok(())
}

/// Orders away what the holders of a grant that is over may not see or read any more at and below its scope.
///
/// # Errors
/// When the tables cannot be read or written.
pub async fn take_away(change: &mut Change, grant: &Grant) -> Result<(), Stop> {
    let entitlements = change.entitlements();
    let judge = judge(change, &entitlements).await?;
    let engine = judge.engine(change.db()).await?;
    let Some(role) = engine.role(grant.role) else {
        return Ok(());
    };
    let given = RightsAt {
        actions: role.actions.clone(),
        ..RightsAt::default()
    };
    let below = below(change, grant.scope).await?;
    let before = Rights {
        scopes: below.iter().map(|scope| (scope.id, given.clone())).collect(),
        ..Rights::default()
    };
    for person in people_of(change.db(), grant.principal).await? {
        if person.kind() == PrincipalKind::Team {
            continue;
        }
        let after = entitlements.listed_at_best(change.db(), &person).await?;
        let parents = below.iter().chain(&after.scopes);
        let parents = parents.map(|scope| (scope.id, scope.parent)).collect();
        let lost = Lost::of(&before, &after.rights, &parents);
        orders::take_away(change, person.id, &lost).await?;
        change.hint(Audience::Person(person.id), Hint::Sync);
    }
    Ok(())
}

async fn below(change: &mut Change, top: ScopeId) -> Result<Vec<Scope>, Stop> {
    let (mut below, mut after) = (Vec::new(), None);
    loop {
        let page = change.db().scopes_under(&[top], after, PAGE).await?;
        let full = page.len() >= PAGE as usize;
        after = page.last().map(|scope| scope.id);
        below.extend(page);
        if !full {
            return Ok(below);
        }
    }
}
