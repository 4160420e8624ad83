//! What people lost by a change, found after it: their access as it is now beside the one that is committed.

use super::{Lost, take_away};
use crate::{
    entitlement::{Epoch, best::favourable},
    sequencer::{Change, Stop},
    stream::Audience,
};
use claviger_model::{ids::PrincipalId, principal::PrincipalKind};
use claviger_protocol::stream::Hint;
use claviger_storage::{Reader, principals::Principal};
use std::collections::{BTreeMap, BTreeSet};

/// People whose rows are read at once.
const PEOPLE: usize = 200;

/// Whose access a change may alter.
///
/// What it was before stands in the committed state, which nobody else alters while this transaction holds the lock. So it is read
/// there, person by person, after the change was made: memory holds what one person may do where, twice, and never that of all.
pub struct Before(BTreeSet<PrincipalId>);

/// Notes everyone whom a principal's grants reach: the principal, or a team's members.
///
/// # Errors
/// When the tables cannot be read.
pub async fn before(change: &mut Change, principal: PrincipalId) -> Result<Before, Stop> {
    before_all(change, [principal]).await
}

/// The same for several principals; nobody is looked at twice.
///
/// # Errors
/// When the tables cannot be read.
pub async fn before_all(
    change: &mut Change,
    principals: impl IntoIterator<Item = PrincipalId>,
) -> Result<Before, Stop> {
    let mut reached = BTreeSet::new();
    for principal in principals {
        let row = change.db().principal(principal).await?;
        if row.is_some_and(|row| row.kind() == PrincipalKind::Team) {
            reached.extend(change.db().members_closure(principal).await?);
        } else {
            reached.insert(principal);
        }
    }
    Ok(Before(reached))
}

/// Orders every device of these people to destroy what they lost since.
///
/// # Errors
/// When the tables cannot be read or written.
pub async fn after(change: &mut Change, Before(people): Before) -> Result<(), Stop> {
    if people.is_empty() {
        return Ok(());
    }
    let mut committed = change.committed().await?;
    let people: Vec<_> = people.into_iter().collect();
    for some in people.chunks(PEOPLE) {
        let rows = change.db().principals(some).await?;
        let before = committed.principals(some).await?;
        let before: BTreeMap<_, _> = before.into_iter().map(|row| (row.id, row)).collect();
        for person in rows {
            if person.kind() == PrincipalKind::Team {
                continue;
            }
            change.hint(Audience::Person(person.id), Hint::Sync);
            // Whoever was made by this very change had nothing.
            let Some(was) = before.get(&person.id) else {
                continue;
            };
            let lost = lost(change, &mut *committed, was, &person).await?;
            take_away(change, person.id, &lost).await?;
        }
    }
    Ok(())
}

async fn lost(
    change: &mut Change,
    committed: &mut dyn Reader,
    was: &Principal,
    is: &Principal,
) -> Result<Lost, Stop> {
    let entitlements = change.entitlements();
    let circumstances = favourable(change.now());
    let epoch = Epoch::Committed(change.db().head().epoch);
    let before = entitlements
        .listed_at_best_in(committed, epoch, was, &circumstances)
        .await?;
    let after = entitlements.listed_at_best(change.db(), is).await?;
    Ok(Lost::between(&before, &after))
}
