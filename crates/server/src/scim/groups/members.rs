//! What groups give: memberships of the teams that they stand for, in the transaction that changes the group.

use super::super::caller::Provisioner;
use crate::{
    app::App,
    config::GroupsBy,
    sequencer::{Change, Stop},
    sign_in::teams,
};
use claviger_model::{event::EventKind, ids::PrincipalId, principal::PrincipalState};
use claviger_storage::{
    Reader, StorageError,
    principals::MemberSource,
    scim::{ScimGroup, ScimUser},
};
use std::collections::BTreeSet;

/// The names by which somebody's groups are mapped to teams; none for whom the provider does not know or says to have left.
///
/// # Errors
/// When the tables cannot be read.
pub async fn keys_of(
    app: &App,
    reader: &mut dyn Reader,
    person: PrincipalId,
) -> Result<BTreeSet<String>, StorageError> {
    match reader.scim_user_of(person).await? {
        Some(user) if user.active => keys(app, reader, &user).await,
        _ => Ok(BTreeSet::new()),
    }
}

async fn keys(app: &App, reader: &mut dyn Reader, user: &ScimUser) -> Result<BTreeSet<String>, StorageError> {
    let groups = reader.scim_groups_of(&[user.id]).await?;
    Ok(groups.iter().filter_map(|(_, group)| key(app, group)).collect())
}

/// By what a group is mapped.
pub(super) fn key(app: &App, group: &ScimGroup) -> Option<String> {
    match app.config.scim.groups_by {
        GroupsBy::DisplayName => Some(group.display.clone()),
        GroupsBy::ExternalId => group.external_id.clone(),
    }
}

/// Makes the person's provider memberships what their groups say now. Whoever made a token that counts joins nothing by it, as
/// nobody gives themselves anything; and who may not act joins nothing either. Leaving always counts.
///
/// # Errors
/// When the tables cannot be read or written.
pub async fn apply(app: &App, change: &mut Change, by: Provisioner, user: &ScimUser) -> Result<(), Stop> {
    if !app.config.scim.groups {
        return Ok(());
    }
    let person = user.principal;
    let groups = if user.active {
        keys(app, change.db(), user).await?
    } else {
        BTreeSet::new()
    };
    let changed = teams::give(change, person, &app.config.oidc.issuer, &groups, true).await?;
    if changed.joined.is_empty() && changed.left.is_empty() {
        return Ok(());
    }
    let event = by.event(change, EventKind::PrincipalChanged, Some(person));
    change.record(teams::told(event, &changed));
    Ok(())
}

/// The teams that the provider's word may give somebody, of those that it names.
///
/// # Errors
/// When the tables cannot be read.
pub async fn givable(
    change: &mut Change,
    person: PrincipalId,
    teams: Vec<PrincipalId>,
) -> Result<Vec<PrincipalId>, Stop> {
    let now = change.now();
    let row = change.db().principal(person).await?;
    let acts = row.is_some_and(|row| row.state == PrincipalState::Active);
    if acts && !change.db().made_live_token(person, now).await? {
        return Ok(teams);
    }
    let present = change.db().teams_of(person).await?;
    let stays = |team: &PrincipalId| {
        present
            .iter()
            .any(|member| member.team == *team && member.source == MemberSource::Provider)
    };
    Ok(teams.into_iter().filter(stays).collect())
}
