//! The bin: deleting, restoring, looking into it, and erasing what has been in it for 30 days.

use super::locate::{Wanted, locate, object, record, with_facts};
use crate::{
    app::{App, Shared},
    caller::Caller,
    http::Refusal,
    operations::{offboarding::case::erased as erased_of_cases, orders, path::Id, view::View},
    sequencer::job,
};
use axum::{extract::State, http::StatusCode};
use claviger_ledger::leaf::NAME;
use claviger_model::{
    action::Action,
    event::EventKind,
    ids::{PrincipalId, SecretId},
    secret::BIN,
};
use claviger_protocol::{
    problem::Code,
    secrets::{BinRecord, BinReply, SecretRecord},
};

/// Scopes and secrets of one statement.
const PAGE: u32 = 500;
/// The most records of the list; a longer bin is a matter for restoring by search.
const MOST: usize = 2_000;
/// Who deleted what a program removed.
const NOBODY: PrincipalId = PrincipalId::from_bytes([0; 16]);

/// Puts a secret into the bin; every lease of it is ordered away.
pub async fn delete(
    State(app): State<Shared>,
    Id(secret): Id<SecretId>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    let job = job::<(), _>(move |change| {
        Box::pin(async move {
            let kind = EventKind::SecretDeleted;
            let acting = change.admit(&caller, kind).await?;
            let wanted = Wanted {
                secret,
                action: Action::SecretDelete,
                kind,
                in_bin: false,
            };
            let located = locate(change, &acting, wanted).await?;
            let now = change.now();
            if !change
                .db()
                .delete_secret(secret, acting.who.principal, now)
                .await?
            {
                return Err(Code::Conflict.into());
            }
            let event = located.event(change, &acting, kind);
            change.record(event);
            orders::after_delete(change, secret).await
        })
    });
    app.sequencer.change(job).await.map(|()| StatusCode::NO_CONTENT)
}

/// Takes a secret out of the bin.
pub async fn restore(
    State(app): State<Shared>,
    Id(secret): Id<SecretId>,
    caller: Caller,
) -> Result<axum::Json<SecretRecord>, Refusal> {
    let job = job::<SecretRecord, _>(move |change| {
        Box::pin(async move {
            let kind = EventKind::SecretRestored;
            let acting = change.admit(&caller, kind).await?;
            let wanted = Wanted {
                secret,
                action: Action::SecretRestore,
                kind,
                in_bin: true,
            };
            let located = locate(change, &acting, wanted).await?;
            let now = change.now();
            if !change.db().restore_secret(secret, now).await? {
                return Err(Code::Conflict.into());
            }
            let event = located.event(change, &acting, kind);
            change.record(event);
            record(change, secret).await
        })
    });
    app.sequencer.change(job).await.map(axum::Json)
}

/// What is in the bin where the caller may restore.
pub async fn list(State(app): State<Shared>, caller: Caller) -> Result<axum::Json<BinReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let scopes = view.listed().await?.scopes_with(Action::SecretRestore);
    let (mut secrets, mut after) = (Vec::new(), None);
    while !scopes.is_empty() && secrets.len() < MOST {
        let page = view.db().bin_in(&scopes, after, PAGE).await?;
        let full = page.len() >= PAGE as usize;
        after = page.last().map(Into::into);
        let records = with_facts(view.db(), page).await?;
        secrets.extend(records.into_iter().map(|(secret, facts)| {
            let deleted_at = secret.secret.deleted_at.unwrap_or_default();
            let deleted_by = facts.deleted_by.unwrap_or(NOBODY);
            BinRecord {
                secret,
                deleted_by,
                gone_at: deleted_at.plus(BIN),
            }
        }));
        if !full {
            break;
        }
    }
    secrets.sort_by_key(|record| std::cmp::Reverse(record.gone_at));
    Ok(axum::Json(BinReply { secrets }))
}

/// Erases what has been in the bin for 30 days, some at a time; says how many. A job calls it.
///
/// # Errors
/// When the tables cannot be read or written.
pub async fn erase_due(app: &App) -> Result<usize, Refusal> {
    let job = job::<usize, _>(move |change| {
        Box::pin(async move {
            let now = change.now();
            let due = change.db().bin_before(now.minus(BIN), PAGE).await?;
            let mut erased = 0;
            for secret in due {
                if !change.db().erase_secret(secret.id, now).await? {
                    continue;
                }
                erased += 1;
                erased_of_cases(change, secret.id).await?;
                let event = change.own_event(EventKind::SecretErased).on(object(&secret));
                change.record(event.commit(NAME, secret.description.name.as_str(), None));
            }
            Ok(erased)
        })
    });
    app.sequencer.change(job).await
}
