//! Every way to write a group, in one transaction under the log's lock, memberships of teams included.

use super::{Wanted, apply};
use crate::{
    app::{App, Shared},
    http::Refusal,
    scim::{
        caller::{Provisioner, label},
        error::bad,
        patch,
        resource::{Target, Write},
        schema::GROUP,
    },
    sequencer::{Change, Stop, job},
};
use claviger_ledger::leaf::{Fact, NAME};
use claviger_model::{event::EventKind, ids::ScimId};
use claviger_protocol::problem::Code;
use claviger_storage::scim::{ScimGroup, ScimUser};
use std::collections::BTreeSet;

/// The most members that one call puts in or takes out; each is a change of somebody's access.
const MOST_CHANGED: usize = 1_000;
/// The longest name or id, in bytes; as that of a mapped group.
const LONGEST: usize = 255;

/// Writes a group; none when it was deleted.
pub(super) async fn write(
    app: &Shared,
    by: Provisioner,
    write: Write<Wanted>,
    target: Option<Target>,
) -> Result<Option<ScimGroup>, Refusal> {
    let job = {
        let app = app.clone();
        job::<Option<ScimGroup>, _>(move |change| {
            Box::pin(async move { settle(&app, change, by, write, target).await })
        })
    };
    app.sequencer.change(job).await
}

async fn settle(
    app: &App,
    change: &mut Change,
    by: Provisioner,
    write: Write<Wanted>,
    target: Option<Target>,
) -> Result<Option<ScimGroup>, Stop> {
    by.admit(change).await?;
    let (write, target) = match (write, target) {
        (Write::Create(wanted), _) => return create(app, change, by, wanted).await.map(Some),
        (_, None) => return Err(Code::Internal.into()),
        (write, Some(target)) => (write, target),
    };
    let group = change.db().scim_group(target.id).await?.ok_or(Code::NotFound)?;
    target.allows(group.version)?;
    let members = members(change, group.id).await?;
    let wanted = match write {
        Write::Replace(wanted) => wanted,
        Write::Change(operations) => {
            let form = patch::apply(&GROUP, &Wanted::form(&group, &members), &operations)?;
            Wanted::of(form)?
        }
        Write::Create(_) | Write::Delete => {
            delete(app, change, by, group, members).await?;
            return Ok(None);
        }
    };
    update(app, change, by, (group, members), wanted).await.map(Some)
}

async fn members(change: &mut Change, group: ScimId) -> Result<BTreeSet<ScimId>, Stop> {
    let members = change.db().scim_members(&[group]).await?;
    Ok(members.into_iter().map(|member| member.user).collect())
}

async fn create(app: &App, change: &mut Change, by: Provisioner, wanted: Wanted) -> Result<ScimGroup, Stop> {
    free(change, None, &wanted).await?;
    let now = change.now();
    let group = ScimGroup {
        id: ScimId::random(&*change.entropy()),
        display: wanted.display,
        external_id: wanted.external_id,
        version: 1,
        made_at: now,
        changed_at: now,
    };
    change.db().insert_scim_group(&group).await?;
    record(change, by, &group, "made", [wanted.members.len(), 0]);
    let moved = Moved {
        join: wanted.members.into_iter().collect(),
        ..Moved::default()
    };
    settle_members(app, change, by, &group, moved).await?;
    Ok(group)
}

async fn update(
    app: &App,
    change: &mut Change,
    by: Provisioner,
    (before, members): (ScimGroup, BTreeSet<ScimId>),
    wanted: Wanted,
) -> Result<ScimGroup, Stop> {
    free(change, Some(before.id), &wanted).await?;
    let mut group = ScimGroup {
        display: wanted.display.clone(),
        external_id: wanted.external_id.clone(),
        ..before.clone()
    };
    let renamed = super::members::key(app, &group) != super::members::key(app, &before);
    let moved = Moved {
        join: wanted.members.difference(&members).copied().collect(),
        leave: members.difference(&wanted.members).copied().collect(),
        // By another name it stands for another team.
        stay: if renamed {
            members.intersection(&wanted.members).copied().collect()
        } else {
            Vec::new()
        },
    };
    if group == before && moved.join.is_empty() && moved.leave.is_empty() {
        return Ok(group);
    }
    group.version = before.version.saturating_add(1);
    group.changed_at = change.now();
    change.db().update_scim_group(&group).await?;
    record(
        change,
        by,
        &group,
        "changed",
        [moved.join.len(), moved.leave.len()],
    );
    settle_members(app, change, by, &group, moved).await?;
    Ok(group)
}

async fn delete(
    app: &App,
    change: &mut Change,
    by: Provisioner,
    group: ScimGroup,
    members: BTreeSet<ScimId>,
) -> Result<(), Stop> {
    record(change, by, &group, "deleted", [0, members.len()]);
    let moved = Moved {
        leave: members.into_iter().collect(),
        ..Moved::default()
    };
    settle_members(app, change, by, &group, moved).await?;
    change.db().delete_scim_group(group.id).await?;
    Ok(())
}

/// Whose access a call changes.
#[derive(Debug, Default)]
struct Moved {
    join: Vec<ScimId>,
    leave: Vec<ScimId>,
    stay: Vec<ScimId>,
}

async fn settle_members(
    app: &App,
    change: &mut Change,
    by: Provisioner,
    group: &ScimGroup,
    moved: Moved,
) -> Result<(), Stop> {
    let all: Vec<ScimId> = [&moved.join[..], &moved.leave[..], &moved.stay[..]].concat();
    if all.len() > MOST_CHANGED {
        return Err(bad(
            "tooMany",
            format!("one call can put in or take out {MOST_CHANGED} members"),
        )
        .into());
    }
    let users: Vec<ScimUser> = if all.is_empty() {
        Vec::new()
    } else {
        change.db().scim_users_among(&all).await?
    };
    let known = |id: &ScimId| users.iter().any(|user| user.id == *id);
    if !moved.join.iter().all(known) {
        return Err(bad("invalidValue", "a member is no user here").into());
    }
    change
        .db()
        .change_scim_members(group.id, &moved.join, &moved.leave)
        .await?;
    for user in &users {
        apply(app, change, by, user).await?;
    }
    Ok(())
}

async fn free(change: &mut Change, own: Option<ScimId>, wanted: &Wanted) -> Result<(), Stop> {
    let other = |group: Option<ScimGroup>| group.is_some_and(|group| Some(group.id) != own);
    if wanted.display.len() > LONGEST || wanted.external_id.as_ref().is_some_and(|id| id.len() > LONGEST) {
        return Err(bad(
            "invalidValue",
            format!("`displayName` and `externalId` can have {LONGEST} bytes"),
        )
        .into());
    }
    if other(change.db().scim_group_named(&wanted.display).await?) {
        return Err(bad("uniqueness", "another group has this `displayName`").into());
    }
    if let Some(external) = &wanted.external_id
        && other(change.db().scim_group_by_external(external).await?)
    {
        return Err(bad("uniqueness", "another group has this `externalId`").into());
    }
    Ok(())
}

fn record(change: &mut Change, by: Provisioner, group: &ScimGroup, what: &str, [joined, left]: [usize; 2]) {
    let number = |count: usize| Fact::Number(i64::try_from(count).unwrap_or(i64::MAX));
    let event = by.event(change, EventKind::TeamChanged, None);
    let event = label(event, "group", what)
        .fact("joined", number(joined))
        .fact("left", number(left))
        .commit(NAME, group.display.clone(), None);
    change.record(event);
}
