//! A rehearsal (`POST /v1/offboarding/rehearse`): what the action would do now, counted from the same facts, and nothing of it done.

use super::{brake, heir, heir_teams};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    connected::rules::Known,
    http::Refusal,
    operations::{
        offboarding::{conducted, connected, facts::Facts, named::Names},
        state::State,
        view::View,
    },
};
use axum::extract;
use claviger_model::{
    blast::{Alone, BlastRadius, Suspect, Waiting},
    ids::PrincipalId,
    offboarding::EffectKind,
};
use claviger_protocol::{
    offboarding::{
        cases::{EffectRecord, MOST_LEFT, Rehearsal, Rehearse},
        connected::FoundSystem,
    },
    problem::Code,
};
use claviger_storage::{Reader, StorageError, principals::MemberSource, sessions::LogoutTarget};

/// Counts what would be done.
pub async fn rehearse(
    extract::State(app): extract::State<Shared>,
    caller: Caller,
    Json(call): Json<Rehearse>,
) -> Result<axum::Json<Rehearsal>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    conducted(&mut view).await?;
    let heir = match call.heir {
        Some(heir) => Some(
            heir::fit(view.db(), heir, call.person)
                .await?
                .ok_or(Code::UnfitHeir)?,
        ),
        None => None,
    };
    let (now, (epoch, entitlements)) = (view.now(), view.ground());
    let mut facts = Facts {
        reader: view.db(),
        epoch,
        entitlements: &entitlements,
        now,
    };
    let radius = facts
        .radius(Suspect::Person(call.person))
        .await?
        .ok_or(Code::NotFound)?;
    let teams = view.db().teams_of(call.person).await?;
    let of = |source| teams.iter().filter(|member| member.source == source).count();
    let mut effects = counted(&radius);
    effects.push((
        EffectKind::Session,
        sessions(view.db(), call.person, &radius).await?,
    ));
    effects.push((EffectKind::LocalTeam, of(MemberSource::Local)));
    effects.push((EffectKind::ProviderTeam, of(MemberSource::Provider)));
    let (known, brake) = (
        Known::of(view.db(), call.person).await?,
        brake::brake(view.db(), call.person, now).await?,
    );
    let (lonely, all_lonely) =
        heir_teams::rehearsed(&mut State::committed(&mut view), call.person, heir.as_ref()).await?;
    let mut names = Names::default();
    for one in &lonely {
        names.person(one.team);
        one.services.iter().for_each(|service| names.person(*service));
        one.holds.iter().for_each(|held| names.scope(held.scope));
    }
    let told = names.read(view.db()).await?;
    // No connection to the tables is held while others are asked.
    drop(view);
    let connected = connected::now(&app, &known).await?;
    let taken = |system: &FoundSystem| system.accounts.len().saturating_sub(system.ambiguous.len());
    let accounts = connected.iter().map(taken).sum();
    effects.push((EffectKind::ConnectedAccount, accounts));
    // As it is where nobody is put into them.
    effects.push((EffectKind::TeamLeft, all_lonely));
    effects.retain(|(_, all)| *all > 0);
    effects.sort_by_key(|(kind, _)| *kind);
    let numbers = radius.numbers();
    Ok(axum::Json(Rehearsal {
        numbers,
        effects: effects
            .into_iter()
            .map(|(kind, all)| EffectRecord {
                kind,
                all: u64::try_from(all).unwrap_or(u64::MAX),
                restored: 0,
            })
            .collect(),
        rotations: numbers.known,
        brake,
        teams: lonely,
        more_teams: all_lonely > MOST_LEFT,
        connected,
        principals: told.principals,
        scopes: told.scopes,
    }))
}

/// The person's sessions, and those of services by keys that the person made.
async fn sessions(
    db: &mut dyn Reader,
    person: PrincipalId,
    radius: &BlastRadius,
) -> Result<usize, StorageError> {
    let by_keys = radius.keys.iter().map(|key| LogoutTarget::Key(key.key));
    let mut all = 0;
    for target in std::iter::once(LogoutTarget::Principal(person)).chain(by_keys) {
        all += db.sessions_matching(&target).await?.len();
    }
    Ok(all)
}

fn counted(radius: &BlastRadius) -> Vec<(EffectKind, usize)> {
    let waiting = |which: fn(&Waiting) -> bool| radius.waiting.iter().filter(|one| which(one)).count();
    let own = radius.grants.iter().filter(|grant| grant.team.is_none()).count();
    let secrets = radius
        .alone
        .iter()
        .filter(|one| matches!(one, Alone::Secret(_)))
        .count();
    vec![
        (EffectKind::ServiceKey, radius.keys.len()),
        (EffectKind::Device, radius.devices.len()),
        (EffectKind::Grant, own),
        (EffectKind::EmergencyRight, radius.emergency.len()),
        (
            EffectKind::Request,
            waiting(|one| matches!(one, Waiting::Request(_))),
        ),
        (
            EffectKind::Approval,
            waiting(|one| matches!(one, Waiting::Approval(_))),
        ),
        (
            EffectKind::Proposal,
            waiting(|one| matches!(one, Waiting::Proposal(_))),
        ),
        (EffectKind::SecretOwner, secrets),
    ]
}
