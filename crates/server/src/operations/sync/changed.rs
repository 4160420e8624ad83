//! The feed of changes, as far as somebody may see it.

use crate::{
    entitlement::list::Listed,
    http::Refusal,
    operations::{requests as asked_for, secrets::locate::records, view::View},
};
use claviger_model::{action::Action, ids::SecretId};
use claviger_protocol::{requests::RequestRecord, secrets::SecretRecord, sync::PAGE};
use claviger_storage::changes::{Change, ChangeKind};
use std::collections::BTreeSet;

/// Requests of one secret, or of one person at one place, that are looked at where a change does not name its request.
const OF_ONE: u32 = 100;

/// A page of changes.
#[derive(Debug, Default)]
pub struct Changed {
    /// Where the next page begins.
    pub cursor: u64,
    /// Made or changed.
    pub secrets: Vec<SecretRecord>,
    /// Gone from where the caller sees.
    pub removed: Vec<SecretId>,
    /// New or answered.
    pub requests: Vec<RequestRecord>,
    /// Whether another page follows.
    pub more: bool,
}

/// Changes after a cursor, up to the newest one of this state.
///
/// # Errors
/// When the tables cannot be read.
pub async fn since(
    view: &mut View<'_>,
    listed: &Listed,
    cursor: u64,
    newest: u64,
) -> Result<Changed, Refusal> {
    if cursor >= newest {
        return Ok(Changed {
            cursor: newest,
            ..Changed::default()
        });
    }
    let limit = u32::try_from(PAGE).unwrap_or(u32::MAX);
    let visible = listed.scopes_with(Action::SecretView);
    let (mut upserts, mut gone) = (Vec::new(), Vec::new());
    if !visible.is_empty() {
        upserts = view.db().secrets_changed(&visible, cursor, limit).await?;
        gone = view
            .db()
            .scope_changes_since(&visible, &[ChangeKind::SecretGone], cursor, limit)
            .await?;
    }
    let asked = requests(view, cursor, limit).await?;

    // A feed that filled its page says nothing of what comes after it, so neither may the others.
    let full = |count: usize, last: Option<u64>| last.filter(|_| count >= PAGE);
    let ends = [
        full(upserts.len(), upserts.last().map(|changed| changed.cursor)),
        full(gone.len(), gone.last().map(|change| change.cursor)),
        full(asked.len(), asked.last().map(|change| change.cursor)),
    ];
    let end = ends.into_iter().flatten().min();
    let cut = end.unwrap_or(newest);
    let (deleted, living): (Vec<_>, Vec<_>) = upserts
        .into_iter()
        .filter(|changed| changed.cursor <= cut)
        .map(|changed| changed.secret)
        .partition(|secret| secret.deleted_at.is_some());
    let upserted: BTreeSet<_> = living.iter().map(|secret| secret.id).collect();
    let removed = gone
        .iter()
        .filter(|change| change.cursor <= cut)
        .filter_map(|change| change.change.secret);
    let removed: BTreeSet<_> = removed.chain(deleted.iter().map(|secret| secret.id)).collect();
    let secrets = records(view.db(), living).await?;
    let asked: Vec<_> = asked.into_iter().filter(|change| change.cursor <= cut).collect();
    Ok(Changed {
        cursor: cut,
        secrets,
        removed: removed.difference(&upserted).copied().collect(),
        requests: told(view, &asked).await?,
        more: end.is_some(),
    })
}

/// Changes of requests that the caller made or may answer, in order.
async fn requests(view: &mut View<'_>, cursor: u64, limit: u32) -> Result<Vec<Change>, Refusal> {
    let kinds = [ChangeKind::Request];
    let own = view.principal.id;
    let mut found = view
        .db()
        .principal_changes_since(&[own], &kinds, cursor, limit)
        .await?;
    let answerable = asked_for::answerable(&*view.listed_after_step_up().await?);
    if !answerable.is_empty() {
        found.extend(
            view.db()
                .scope_changes_since(&answerable, &kinds, cursor, limit)
                .await?,
        );
    }
    found.sort_by_key(|change| change.cursor);
    found.dedup_by_key(|change| change.cursor);
    found.truncate(PAGE);
    Ok(found)
}

/// The requests that changes name, as they stand now.
async fn told(view: &mut View<'_>, changes: &[Change]) -> Result<Vec<RequestRecord>, Refusal> {
    let named: BTreeSet<_> = changes
        .iter()
        .filter_map(|change| change.change.request)
        .collect();
    let named: Vec<_> = named.into_iter().collect();
    let mut found = if named.is_empty() {
        Vec::new()
    } else {
        view.db().requests(&named).await?
    };
    // What was told before requests were named.
    let unnamed: BTreeSet<_> = changes
        .iter()
        .map(|change| change.change)
        .filter(|change| change.request.is_none())
        .map(|change| (change.secret, change.principal.zip(change.scope)))
        .collect();
    for (secret, asked) in unnamed {
        match (secret, asked) {
            (Some(secret), _) => found.extend(view.db().requests_of_secret(secret, OF_ONE).await?),
            (None, Some((person, scope))) => {
                found.extend(view.db().requests_by_at(person, scope, OF_ONE).await?);
            }
            (None, None) => {}
        }
    }
    asked_for::seen(view, found).await
}
