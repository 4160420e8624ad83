//! The heir comes into teams in which the leaver was the last one: by whoever opens the case, in the transaction that begins it, and
//! only where that person may put them there themself. What a team holds is given by it, which conducting offboarding alone may not.

use super::{begin::effect, label, left, of_case};
use crate::{
    http::Refusal,
    operations::{proposals::grants_of, state::State, teams},
    sequencer::{Acting, Change, Stop},
};
use claviger_model::{
    ids::PrincipalId,
    offboarding::{Case, Effect, EffectKind},
    principal::PrincipalState,
};
use claviger_protocol::{
    offboarding::cases::{LonelyTeam, MOST_HELD, MOST_LEFT, TeamHolds},
    problem::Code,
};
use claviger_storage::{Reader, StorageError, principals::Principal};
use std::collections::BTreeSet;

/// How the log says that somebody came into a team as the heir.
pub const AS_HEIR: &str = "heir";

/// A call names this many teams at most.
///
/// # Errors
/// When it names more.
pub fn checked(mut teams: Vec<PrincipalId>) -> Result<Vec<PrincipalId>, Refusal> {
    teams.sort_unstable();
    teams.dedup();
    if teams.len() > MOST_LEFT {
        let words = format!("a case names {MOST_LEFT} teams for the heir at most");
        return Err(Refusal::new(Code::BadRequest).detail(words));
    }
    Ok(teams)
}

/// Whoever begins a case lets its heir come into teams.
#[derive(Debug, Clone, Copy)]
pub struct HeirTeams<'a> {
    /// Who begins it, by this call.
    pub acting: &'a Acting,
    /// Who takes over.
    pub heir: &'a Principal,
    /// Those that were named.
    pub wanted: &'a [PrincipalId],
}

/// Puts the heir into those of the named teams in which the leaver is and nobody else, as far as whoever opens the case may. The
/// others are left: the case says so once the leaver is out of them.
///
/// # Errors
/// When the tables cannot be read or written.
pub async fn put_in(
    change: &mut Change,
    case: &Case,
    HeirTeams { acting, heir, wanted }: &HeirTeams<'_>,
) -> Result<(), Stop> {
    if wanted.is_empty() {
        return Ok(());
    }
    let policies = teams::manages(&mut State::locked(change, acting).await?).await?;
    let Some(policies) = policies else {
        return Ok(());
    };
    let mut effects = Vec::new();
    for team in own_and_alone(change.db(), case.person).await? {
        if !wanted.contains(&team) {
            continue;
        }
        let Some(row) = change.db().principal(team).await? else {
            continue;
        };
        let event = teams::event(change, acting, team, teams::MEMBER_ADDED).concerning(heir.id);
        let event = label(of_case(event, case), "as", AS_HEIR)
            .decided_by(policies.clone())
            .because(case.reason.clone());
        match teams::put_in(change, acting, &row, heir, event).await {
            Ok(true) => effects.push(Effect {
                detail: Some(*heir.id.as_bytes()),
                ..effect(case, EffectKind::HeirTeam, *team.as_bytes(), change.now())
            }),
            // They may not: it stands in the case that nobody is left, and the rest of it goes on.
            Ok(false) | Err(Stop::Refused(..)) => {}
            Err(failed) => return Err(failed),
        }
    }
    change.db().insert_effects(&effects).await?;
    Ok(())
}

/// The active teams in which somebody is themself, and nobody else is.
async fn own_and_alone(
    reader: &mut dyn Reader,
    person: PrincipalId,
) -> Result<BTreeSet<PrincipalId>, StorageError> {
    let alone = reader.teams_alone(person).await?;
    let own = reader.teams_of(person).await?;
    let own = own.into_iter().map(|membership| membership.team);
    Ok(own.filter(|team| alone.contains(team)).collect())
}

/// The teams in which nobody would be left, what each holds, and whether whoever asks may put the heir into it; and how many there are,
/// of which not all are told.
///
/// # Errors
/// When the tables cannot be read.
pub async fn rehearsed(
    state: &mut State<'_>,
    person: PrincipalId,
    heir: Option<&Principal>,
) -> Result<(Vec<LonelyTeam>, usize), StorageError> {
    let mut alone = state.reader.teams_alone(person).await?;
    let all = alone.len();
    alone.truncate(MOST_LEFT);
    let own = own_and_alone(state.reader, person).await?;
    let manages = teams::manages(state).await?.is_some();
    let mut services = left::services(state.reader, &alone).await?;
    let now = state.circumstances.now;
    let mut found = Vec::with_capacity(alone.len());
    for team in alone {
        let Some(row) = state.reader.principal(team).await? else {
            continue;
        };
        let heir_may = match heir {
            Some(heir) if manages && own.contains(&team) && row.state == PrincipalState::Active => {
                teams::admits(state, &row, heir).await?.is_ok()
            }
            _ => false,
        };
        let grants = grants_of(state.reader, team, now).await?.by_membership;
        let mut holds: Vec<_> = grants
            .iter()
            .map(|grant| TeamHolds {
                role: grant.role,
                scope: grant.scope,
            })
            .collect();
        holds.sort_unstable();
        holds.dedup();
        let more_holds = holds.len().saturating_sub(MOST_HELD);
        holds.truncate(MOST_HELD);
        let (services, more_services) = left::few(services.remove(&team).unwrap_or_default());
        found.push(LonelyTeam {
            team,
            services,
            more_services,
            holds,
            more_holds: u64::try_from(more_holds).unwrap_or(u64::MAX),
            heir_may,
        });
    }
    Ok((found, all))
}
