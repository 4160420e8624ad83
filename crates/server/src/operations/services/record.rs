//! Services as they are shown.

use super::held::{Held, held};
use crate::operations::{principals::named, state::State};
use claviger_model::{
    action::Action,
    ids::{KeyId, PrincipalId},
    principal::{PrincipalKind, PrincipalState},
    time::Timestamp,
};
use claviger_protocol::{
    problem::Code,
    services::{ServiceKeyRecord, ServiceRecord, ServiceReply},
};
use claviger_storage::{
    Reader, StorageError,
    services::ServiceKey,
    usage::{Day, RECENT_DAYS},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// One service with the names that it takes to show it.
///
/// # Errors
/// Not found, or when the tables cannot be read.
pub async fn reply<E>(state: &mut State<'_>, id: PrincipalId) -> Result<ServiceReply, E>
where
    E: From<StorageError> + From<Code>,
{
    let found = held(state, id).await?.filter(|held| held.seen);
    let found = found.ok_or(Code::NotFound)?;
    let service = records(state, vec![found]).await?.pop().ok_or(Code::NotFound)?;
    let principals = named(state.reader, people(std::slice::from_ref(&service))).await?;
    Ok(ServiceReply { service, principals })
}

/// Everyone whom these records name.
pub fn people(records: &[ServiceRecord]) -> BTreeSet<PrincipalId> {
    let mut people = BTreeSet::new();
    for record in records {
        people.insert(record.owner);
        people.extend(record.made_by);
        for key in &record.keys {
            people.insert(key.made_by);
            people.extend(key.ended_by);
        }
    }
    people
}

/// Services with their keys, in the same order.
///
/// # Errors
/// When the tables cannot be read.
pub async fn records(state: &mut State<'_>, services: Vec<Held>) -> Result<Vec<ServiceRecord>, StorageError> {
    let now = state.circumstances.now;
    let ids: Vec<_> = services.iter().map(|held| held.row.id).collect();
    let mut keys: BTreeMap<PrincipalId, Vec<ServiceKey>> = BTreeMap::new();
    if !ids.is_empty() {
        for key in state.reader.keys_of(&ids).await? {
            if is_shown(&key, now) {
                keys.entry(key.service).or_default().push(key);
            }
        }
    }
    let shown: Vec<KeyId> = keys.values().flatten().map(|key| key.id).collect();
    let uses: BTreeMap<_, _> = if shown.is_empty() {
        BTreeMap::new()
    } else {
        let since = Day::of(now).recent_since();
        state.reader.key_uses(&shown, since).await?.into_iter().collect()
    };
    let mut answered: BTreeMap<PrincipalId, bool> = BTreeMap::new();
    let mut records = Vec::with_capacity(services.len());
    for held in services {
        let answered_for = match answered.get(&held.owner) {
            Some(known) => *known,
            None => {
                let found = somebody_answers(state.reader, held.owner).await?;
                answered.insert(held.owner, found);
                found
            }
        };
        let sees_home = state
            .decide(Action::ScopeView, &held.home)
            .await?
            .decision
            .allowed;
        let of_service = keys.remove(&held.row.id).unwrap_or_default();
        records.push(ServiceRecord {
            id: held.row.id,
            name: held.row.name.to_string(),
            kind: held.service.kind,
            class: held.class,
            state: held.row.state,
            owner: held.owner,
            answered_for,
            home: held.service.home,
            home_path: sees_home.then(|| held.home.scope.path.to_string()),
            made_by: held.service.made_by,
            made_at: held.service.made_at,
            keys: of_service.iter().map(|key| record(key, &uses, now)).collect(),
            may: held.rights,
        });
    }
    Ok(records)
}

fn is_shown(key: &ServiceKey, now: Timestamp) -> bool {
    let end = key.ended.map_or(key.ends_at, |ended| ended.at.min(key.ends_at));
    let shown = Duration::from_secs(RECENT_DAYS.unsigned_abs() * 24 * 3600);
    key.is_live(now) || now.since(end) < shown
}

fn record(key: &ServiceKey, uses: &BTreeMap<KeyId, u64>, now: Timestamp) -> ServiceKeyRecord {
    ServiceKeyRecord {
        id: key.id,
        name: key.name.to_string(),
        thumbprint: key.jkt.into(),
        networks: key.networks.clone(),
        made_by: key.made_by,
        made_at: key.made_at,
        ends_at: key.ends_at,
        ended_at: key.ended.map(|ended| ended.at),
        ended_by: key.ended.map(|ended| ended.by),
        live: key.is_live(now),
        last_used_at: key.last_used_at,
        uses: uses.get(&key.id).copied().unwrap_or(0),
    }
}

/// Whether a team is active and has somebody active in it, be it by nesting.
async fn somebody_answers(reader: &mut dyn Reader, team: PrincipalId) -> Result<bool, StorageError> {
    let owner = reader.principal(team).await?;
    if owner.is_none_or(|owner| owner.state != PrincipalState::Active) {
        return Ok(false);
    }
    let members = reader.members_closure(team).await?;
    if members.is_empty() {
        return Ok(false);
    }
    let rows = reader.principals(&members).await?;
    Ok(rows
        .iter()
        .any(|row| row.kind() == PrincipalKind::Person && row.state == PrincipalState::Active))
}
