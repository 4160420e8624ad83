//! Teams in which a case left nobody: they stand in it until somebody is in them again, and hold up nothing else of it.
//!
//! They are written down as the case begins, when its person is active in them no more: the provider may take them out of its own
//! teams in that very transaction.

use super::{begin::effect, event_of, label};
use crate::{
    events::Who,
    sequencer::{Change, Stop},
};
use claviger_ledger::leaf::Object;
use claviger_model::{
    event::EventKind,
    ids::{CaseId, PrincipalId},
    offboarding::{Case, EffectKind},
    principal::Nature,
};
use claviger_protocol::offboarding::cases::{LeftTeam, MOST_LEFT, MOST_SERVICES};
use claviger_storage::{Reader, StorageError};
use std::collections::BTreeMap;

/// How the log says that nobody is left in a team.
pub const NOBODY_LEFT: &str = "nobody-left";

/// Writes down in which active teams the person of a case was the last one.
///
/// # Errors
/// When the tables cannot be read or written.
pub async fn note(change: &mut Change, case: &Case, who: Option<Who>) -> Result<(), Stop> {
    let now = change.now();
    let mut effects = Vec::new();
    for team in change.db().teams_alone(case.person).await? {
        effects.push(effect(case, EffectKind::TeamLeft, *team.as_bytes(), now));
        let object = Object {
            principal: Some(team),
            ..Object::default()
        };
        let event = event_of(change, who, EventKind::TeamChanged, case).on(object);
        change.record(label(event, "change", NOBODY_LEFT));
    }
    change.db().insert_effects(&effects).await?;
    Ok(())
}

/// Those that have nobody today, and whether there are more than are told.
///
/// # Errors
/// When the tables cannot be read.
pub async fn left(reader: &mut dyn Reader, case: CaseId) -> Result<(Vec<LeftTeam>, bool), StorageError> {
    let limit = u32::try_from(MOST_LEFT).unwrap_or(u32::MAX);
    let mut found = reader.teams_left(case, limit.saturating_add(1)).await?;
    let more = found.len() > MOST_LEFT;
    found.truncate(MOST_LEFT);
    let teams: Vec<_> = found.iter().map(|(team, _)| *team).collect();
    let mut services = services(reader, &teams).await?;
    let team = |(team, since)| {
        let (services, more_services) = few(services.remove(&team).unwrap_or_default());
        LeftTeam {
            team,
            since,
            services,
            more_services,
        }
    };
    Ok((found.into_iter().map(team).collect(), more))
}

/// The active services that each of these teams answers for.
///
/// # Errors
/// When the tables cannot be read.
pub async fn services(
    reader: &mut dyn Reader,
    teams: &[PrincipalId],
) -> Result<BTreeMap<PrincipalId, Vec<PrincipalId>>, StorageError> {
    let mut services: BTreeMap<_, Vec<_>> = BTreeMap::new();
    if teams.is_empty() {
        return Ok(services);
    }
    let ids = reader.services_of_teams(teams).await?;
    if ids.is_empty() {
        return Ok(services);
    }
    for row in reader.principals(&ids).await? {
        if let Nature::Service { owner, .. } = row.nature {
            services.entry(owner).or_default().push(row.id);
        }
    }
    for of_team in services.values_mut() {
        of_team.sort_unstable();
    }
    Ok(services)
}

/// The first of them, and how many more there are.
pub fn few(mut services: Vec<PrincipalId>) -> (Vec<PrincipalId>, u64) {
    let more = services.len().saturating_sub(MOST_SERVICES);
    services.truncate(MOST_SERVICES);
    (services, u64::try_from(more).unwrap_or(u64::MAX))
}
