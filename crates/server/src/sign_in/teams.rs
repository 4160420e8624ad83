//! Groups of the provider are teams here. A group that is new to us becomes a team without rights; memberships that the
//! provider vouches for are replaced each time, and never touch those that people here made.

use super::provider::Asserted;
use crate::{
    app::App,
    events::Event,
    http::Refusal,
    operations::orders,
    scim::groups,
    sequencer::{Change, Stop},
    stream::Audience,
};
use claviger_ledger::leaf::{Fact, NAME, Object};
use claviger_model::{
    event::EventKind,
    ids::PrincipalId,
    name::Name,
    principal::{Nature, Principal as Person, PrincipalKind, PrincipalState},
};
use claviger_protocol::stream::Hint;
use claviger_storage::principals::{Principal, TeamsChanged};
use std::collections::{BTreeMap, BTreeSet};

/// How many teams may share a name before a group goes without.
const MAX_NAMESAKES: u32 = 50;

/// Makes the person's provider memberships exactly the asserted groups; or those that the provider said through SCIM, where the
/// configuration takes groups from there and from nowhere else.
///
/// # Errors
/// When the tables cannot be read or written.
pub async fn take(
    app: &App,
    change: &mut Change,
    person: PrincipalId,
    asserted: &Asserted,
) -> Result<TeamsChanged, Stop> {
    if app.config.scim.groups {
        let named = groups::keys_of(app, change.db(), person).await?;
        return give(change, person, &asserted.issuer, &named, true).await;
    }
    give(change, person, &asserted.issuer, &asserted.groups, false).await
}

/// Makes the person's provider memberships exactly the teams that groups stand for.
///
/// # Errors
/// When the tables cannot be read or written.
pub async fn give(
    change: &mut Change,
    person: PrincipalId,
    issuer: &str,
    named: &BTreeSet<String>,
    scim: bool,
) -> Result<TeamsChanged, Stop> {
    let mapped: BTreeMap<String, PrincipalId> =
        change.db().group_mappings(issuer).await?.into_iter().collect();
    let mut teams = Vec::with_capacity(named.len());
    for group in named {
        match mapped.get(group) {
            Some(team) => teams.push(*team),
            None => teams.extend(make(change, issuer, group).await?),
        }
    }
    teams.sort_unstable();
    teams.dedup();
    if scim {
        teams = groups::givable(change, person, teams).await?;
    }
    let before = orders::before(change, person).await?;
    let changed = change.db().set_provider_teams(person, &teams).await?;
    // What only a lost group gave is ordered away in the same transaction (rule 26).
    if !changed.left.is_empty() {
        orders::after(change, before).await?;
    }
    if !changed.joined.is_empty() || !changed.left.is_empty() {
        change.hint(Audience::Person(person), Hint::Sync);
    }
    Ok(changed)
}

/// The event with how many were joined and left.
#[must_use]
pub fn told(event: Event, changed: &TeamsChanged) -> Event {
    let count = |teams: &Vec<PrincipalId>| Fact::Number(i64::try_from(teams.len()).unwrap_or(i64::MAX));
    event
        .fact("teams-joined", count(&changed.joined))
        .fact("teams-left", count(&changed.left))
}

async fn make(change: &mut Change, issuer: &str, group: &str) -> Result<Option<PrincipalId>, Stop> {
    let Some(name) = free_name(change, group).await? else {
        tracing::warn!("a group of the provider has no usable name; it stands for no team");
        return Ok(None);
    };
    let team = Principal {
        id: PrincipalId::random(&*change.entropy()),
        name,
        state: PrincipalState::Active,
        nature: Nature::Team,
        email: None,
        created_at: change.now(),
    };
    change.db().insert_principal(&team).await?;
    change.db().map_group(issuer, group, team.id).await?;
    let event = change
        .own_event(EventKind::PrincipalCreated)
        .on(Object {
            principal: Some(team.id),
            ..Object::default()
        })
        .concerning(team.id)
        .commit(NAME, team.name.to_string(), Some(team.id));
    change.record(event);
    Ok(Some(team.id))
}

/// A team that people here made is never taken over by a group that happens to have its name.
async fn free_name(change: &mut Change, group: &str) -> Result<Option<Name>, Stop> {
    let Some(base) = Person::name_from_provider(group) else {
        return Ok(None);
    };
    for number in 1..=MAX_NAMESAKES {
        let name = if number == 1 {
            base.clone()
        } else {
            Name::parse(&format!("{base} ({number})")).map_err(Refusal::internal)?
        };
        if change
            .db()
            .principal_named(PrincipalKind::Team, &name)
            .await?
            .is_none()
        {
            return Ok(Some(name));
        }
    }
    Ok(None)
}
