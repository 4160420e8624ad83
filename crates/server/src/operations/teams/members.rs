//! Putting somebody into a team and taking them out.

use super::{KIND, MEMBER_ADDED, event, managed};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    events::Event,
    http::Refusal,
    operations::{
        grants::delegation::{self, Gift, anybody, may_assign},
        orders,
        path::Id,
        proposals::{compare, grants_of},
        state::State as Asked,
    },
    sequencer::{Acting, Change, Stop, job},
    stream::Audience,
};
use axum::{extract::State, http::StatusCode};
use claviger_model::{
    grant::Grant,
    ids::PrincipalId,
    principal::{PrincipalKind, PrincipalState},
};
use claviger_protocol::{
    problem::Code,
    stream::Hint,
    teams::{AddMember, RemoveMember},
};
use claviger_storage::{
    StorageError,
    principals::{MemberSource, Principal, TeamMember},
};

/// Puts a person, a service identity or a team into a team; a repeated call changes nothing.
pub async fn add(
    State(app): State<Shared>,
    Id(team): Id<PrincipalId>,
    caller: Caller,
    Json(call): Json<AddMember>,
) -> Result<StatusCode, Refusal> {
    let job =
        job::<(), _>(move |change| Box::pin(async move { add_to(change, &caller, team, call.member).await }));
    app.sequencer.change(job).await.map(|()| StatusCode::NO_CONTENT)
}

async fn add_to(
    change: &mut Change,
    caller: &Caller,
    team: PrincipalId,
    member: PrincipalId,
) -> Result<(), Stop> {
    let acting = change.admit(caller, KIND).await?;
    let (row, policies) = managed(change, &acting, team).await?;
    let Some(newcomer) = change.db().principal(member).await? else {
        return Err(change.unknown(&acting, KIND, member));
    };
    let event = event(change, &acting, team, MEMBER_ADDED).concerning(member);
    put_in(change, &acting, &row, &newcomer, event.decided_by(policies)).await?;
    Ok(())
}

/// Puts somebody into a team that the caller manages, which the given event says; whether they were not in it.
///
/// # Errors
/// When they are not active, the team is in them, or the caller may not give them all that the team holds; which is an event.
pub async fn put_in(
    change: &mut Change,
    acting: &Acting,
    row: &Principal,
    newcomer: &Principal,
    event: Event,
) -> Result<bool, Stop> {
    let mut state = Asked::locked(change, acting).await?;
    if let Err(refusal) = admits(&mut state, row, newcomer).await? {
        let event = event.refused(refusal.code());
        return Err(Stop::Refused(refusal, Box::new(event)));
    }
    let membership = TeamMember {
        team: row.id,
        member: newcomer.id,
        source: MemberSource::Local,
    };
    let added = change.db().add_team_member(membership).await?;
    if added {
        change.record(event);
        change.hint(Audience::Everyone, Hint::Sync);
    }
    Ok(added)
}

/// Whether somebody can come into a team, and the caller, who manages it, may give them all that it holds.
///
/// # Errors
/// When the tables cannot be read; the inner one says why not.
pub async fn admits(
    state: &mut Asked<'_>,
    row: &Principal,
    newcomer: &Principal,
) -> Result<Result<(), Refusal>, StorageError> {
    if newcomer.state != PrincipalState::Active {
        let words = format!("`{}` is not active", newcomer.name);
        return Ok(Err(Refusal::new(Code::WrongState).detail(words)));
    }
    let within = state.reader.members_closure(newcomer.id).await?;
    if newcomer.id == row.id || within.contains(&row.id) {
        let words = format!("`{}` is in `{}` already", row.name, newcomer.name);
        return Ok(Err(Refusal::new(Code::TeamCycle).detail(words)));
    }
    may_put_in(state, row.id, newcomer, &within).await
}

/// Whether the caller may give everyone who comes in all that the team holds, and gains nothing by it.
async fn may_put_in(
    state: &mut Asked<'_>,
    team: PrincipalId,
    newcomer: &Principal,
    within: &[PrincipalId],
) -> Result<Result<(), Refusal>, StorageError> {
    let (me, now) = (state.principal.clone(), state.circumstances.now);
    let given = grants_of(state.reader, team, now).await?;
    let mut coming = vec![newcomer.clone()];
    if !within.is_empty() {
        coming.extend(state.reader.principals(within).await?);
    }
    let own = state.subject(&me).await?;
    if coming.iter().any(|row| own.caller.answers_to(row.id)) {
        let roles = state.reader.roles().await?;
        let held: Vec<Grant> = own.grants.iter().cloned().collect();
        let services = given.by_services.iter().cloned();
        let after: Vec<Grant> = held
            .iter()
            .cloned()
            .chain(given.by_membership.iter().cloned())
            .chain(services)
            .collect();
        if !compare(state.reader, me.id, (&roles, &held), (&roles, &after))
            .await?
            .is_empty()
        {
            return Ok(Err(Refusal::new(Code::SeparationOfDuties)
                .detail("nobody puts themselves into a team that gives them more")));
        }
    }
    // People of one nature are alike to the question; services differ by who answers for them.
    let mut natures: Vec<Principal> = Vec::new();
    for row in coming {
        let alike = |known: &Principal| known.nature == row.nature;
        if row.kind() != PrincipalKind::Team && !natures.iter().any(alike) {
            let same = row.kind() == PrincipalKind::Person;
            natures.push(if same {
                Principal {
                    nature: row.nature,
                    ..anybody(&row)
                }
            } else {
                row
            });
        }
    }
    if natures.is_empty() {
        // An empty team: whoever comes into it later is judged then, but what it stands for is given now.
        natures.push(anybody(&me));
    }
    for grant in &given.by_membership {
        let Some(place) = state.place(grant.scope).await? else {
            return Ok(Err(Code::NotFound.into()));
        };
        for receiver in &natures {
            let receiver = &active(receiver);
            let gift = Gift {
                role: grant.role,
                place: &place,
                receiver,
                not_before: grant.not_before,
                expires_at: grant.expires_at,
            };
            if let Err(refused) = may_assign(state, &gift).await? {
                return Ok(Err(delegation::refusal(&refused)));
            }
        }
    }
    Ok(Ok(()))
}

/// As if active: those who are not get nothing, and must not keep out those who come along.
fn active(row: &Principal) -> Principal {
    Principal {
        state: PrincipalState::Active,
        ..row.clone()
    }
}

/// Takes somebody out whom a person here put in; devices are ordered to destroy what only the team gave.
pub async fn remove(
    State(app): State<Shared>,
    Id(team): Id<PrincipalId>,
    caller: Caller,
    Json(call): Json<RemoveMember>,
) -> Result<StatusCode, Refusal> {
    let member = call.member;
    let job =
        job::<(), _>(move |change| Box::pin(async move { take_out(change, &caller, team, member).await }));
    app.sequencer.change(job).await.map(|()| StatusCode::NO_CONTENT)
}

async fn take_out(
    change: &mut Change,
    caller: &Caller,
    team: PrincipalId,
    member: PrincipalId,
) -> Result<(), Stop> {
    let acting = change.admit(caller, KIND).await?;
    let (_, policies) = managed(change, &acting, team).await?;
    let event = event(change, &acting, team, "member-removed").concerning(member);
    let sources: Vec<_> = change
        .db()
        .team_members(team)
        .await?
        .into_iter()
        .filter(|known| known.member == member)
        .map(|known| known.source)
        .collect();
    if !sources.contains(&MemberSource::Local) {
        let words = if sources.is_empty() {
            "they are not in this team"
        } else {
            "the identity provider puts them into this team; it is changed there"
        };
        return Err(Refusal::new(Code::WrongState).detail(words).into());
    }
    if frees_oneself(change, &acting, team, member).await? {
        let refusal = Refusal::new(Code::SeparationOfDuties)
            .detail("a guardrail names this team; nobody takes themselves out of it");
        return Err(Stop::Refused(
            refusal,
            Box::new(event.refused(Code::SeparationOfDuties)),
        ));
    }
    let before = orders::before(change, member).await?;
    let membership = TeamMember {
        team,
        member,
        source: MemberSource::Local,
    };
    change.db().remove_team_member(membership).await?;
    change.record(event.decided_by(policies));
    orders::after(change, before).await
}

/// Whether the caller would leave a team that a guardrail names, so that it forbids them less.
pub async fn frees_oneself(
    change: &mut Change,
    acting: &Acting,
    team: PrincipalId,
    member: PrincipalId,
) -> Result<bool, Stop> {
    let own = Asked::locked(change, acting)
        .await?
        .subject(&acting.principal)
        .await?;
    if !own.caller.answers_to(member) {
        return Ok(false);
    }
    let left = change.db().team_closure(team).await?;
    let guardrails = change.db().guardrails().await?;
    Ok(guardrails
        .iter()
        .filter(|guardrail| guardrail.enabled)
        .any(|guardrail| left.iter().any(|team| guardrail.text.contains(&team.to_string()))))
}
