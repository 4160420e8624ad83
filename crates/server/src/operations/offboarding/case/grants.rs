//! What a case ended can be given again within 30 days, by somebody who may give it: grant by grant, as new grants, and team by team.
//! Sessions and devices never come back.

use super::{label, memberships, of_case};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    entitlement::Answer,
    events::Event,
    http::Refusal,
    operations::{
        access::named::Named,
        grants::{
            delegation::{self, Gift, may_assign},
            end::object,
        },
        offboarding::conducted,
        path::Id,
        state::State as Asked,
        view::View,
        words,
    },
    sequencer::{Acting, Change, Stop, job},
    stream::Audience,
};
use axum::extract::State;
use claviger_model::{
    action::Action,
    event::EventKind,
    grant::{Grant, MAX_REASON_BYTES},
    ids::{CaseId, GrantId, PrincipalId, ScopeId},
    offboarding::{Case, Effect, EffectKind, Restored, UNDO_WITHIN},
    time::Timestamp,
};
use claviger_policy::{assign::AssignRefusal, decision::Reason};
use claviger_protocol::{
    offboarding::cases::{
        EndedGrant, EndedGrants, EndedOf, EndedTeam, MOST_RESTORED, RestoreGrants, RestoredGrants,
    },
    problem::Code,
    stream::Hint,
};
use claviger_storage::{Reader, StorageError, principals::Principal};
use std::sync::Arc;

const KIND: EventKind = EventKind::GrantGiven;

/// What a case ended, for those who conduct offboarding.
pub async fn list(
    State(app): State<Shared>,
    Id(id): Id<CaseId>,
    caller: Caller,
) -> Result<axum::Json<EndedGrants>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    conducted(&mut view).await?;
    view.db().case(id).await?.ok_or(Code::NotFound)?;
    ended(&mut view, id, |_| true, true).await.map(axum::Json)
}

/// What the newest case of somebody ended, for those who may give some of it again.
pub async fn of_person(
    State(app): State<Shared>,
    Id(person): Id<PrincipalId>,
    caller: Caller,
) -> Result<axum::Json<EndedOf>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let listed = view.listed().await?;
    let (now, root) = (view.now(), view.db().root_scope().await?.ok_or(Code::Internal)?);
    let case = view.db().last_case_of(person).await?;
    let Some(case) = case.filter(|case| case.begun.is_some() && too_late_for(case, now).is_none()) else {
        return Ok(axum::Json(EndedOf::default()));
    };
    let gives = |scope| listed.allows(scope, Action::GrantView) && listed.allows(scope, Action::GrantAssign);
    let found = ended(
        &mut view,
        case.id,
        gives,
        listed.allows(root.id, Action::TeamManage),
    )
    .await?;
    let any = !(found.grants.is_empty() && found.teams.is_empty());
    Ok(axum::Json(EndedOf {
        case: any.then_some(case.id),
        ended: found,
    }))
}

/// The grants that a case ended at some places, and the local teams.
async fn ended(
    view: &mut View<'_>,
    case: CaseId,
    at: impl Fn(ScopeId) -> bool,
    with_teams: bool,
) -> Result<EndedGrants, Refusal> {
    let (mut grants, mut named) = (Vec::new(), Named::default());
    for effect in effects(view.db(), case, EffectKind::Grant).await? {
        let grant = view.db().grant(GrantId::from_bytes(effect.object)).await?;
        if let Some(grant) = grant.filter(|grant| at(grant.scope)) {
            named.scope(grant.scope);
            let restored_as = effect.restored.and_then(|restored| restored.as_grant);
            grants.push(EndedGrant { grant, restored_as });
        }
    }
    let mut teams = Vec::new();
    if with_teams {
        for effect in effects(view.db(), case, EffectKind::LocalTeam).await? {
            let team = PrincipalId::from_bytes(effect.object);
            let team = view.db().principal(team).await?;
            teams.extend(team.map(|team| EndedTeam {
                team: team.id,
                name: team.name.to_string(),
                restored: effect.restored.is_some(),
            }));
        }
    }
    let (_, scopes) = named.read(view.db()).await?;
    Ok(EndedGrants {
        grants,
        teams,
        scopes,
    })
}

/// Effects of one statement.
const PAGE: u32 = 500;

/// All effects of one kind.
async fn effects(
    reader: &mut dyn Reader,
    case: CaseId,
    kind: EffectKind,
) -> Result<Vec<Effect>, StorageError> {
    let (mut all, mut after) = (Vec::new(), (kind, [0; 16]));
    loop {
        let page = reader.case_effects(case, Some(after), PAGE).await?;
        let full = page.len() >= PAGE as usize;
        let of_kind = page.into_iter().take_while(|effect| effect.kind == kind);
        let before = all.len();
        all.extend(of_kind);
        let whole = all.len().saturating_sub(before) == PAGE as usize;
        match all.last() {
            Some(last) if full && whole => after = (kind, last.object),
            _ => return Ok(all),
        }
    }
}

/// Gives grants and memberships again, all or none.
pub async fn restore(
    State(app): State<Shared>,
    Id(id): Id<CaseId>,
    caller: Caller,
    Json(mut call): Json<RestoreGrants>,
) -> Result<axum::Json<RestoredGrants>, Refusal> {
    call.reason = words::checked(&call.reason, MAX_REASON_BYTES)?;
    let wanted = call.grants.len().saturating_add(call.teams.len());
    if wanted == 0 || wanted > MOST_RESTORED {
        return Err(Refusal::new(Code::BadRequest)
            .detail(format!("a call names 1 to {MOST_RESTORED} grants and teams")));
    }
    let job = job::<RestoredGrants, _>(move |change| {
        Box::pin(async move { give_again(change, &caller, id, call).await })
    });
    app.sequencer.change(job).await.map(axum::Json)
}

async fn give_again(
    change: &mut Change,
    caller: &Caller,
    id: CaseId,
    call: RestoreGrants,
) -> Result<RestoredGrants, Stop> {
    let acting = change.admit(caller, KIND).await?;
    let Some(case) = change.db().case(id).await? else {
        return Err(change.unknown(&acting, KIND, id));
    };
    let Some(person) = change.db().principal(case.person).await? else {
        return Err(change.unknown(&acting, KIND, id));
    };
    let mut given = Vec::with_capacity(call.grants.len());
    for grant in &call.grants {
        given.push(again(change, &acting, &case, &person, *grant, &call.reason).await?);
    }
    for team in &call.teams {
        memberships::again(change, &acting, &case, &person, *team, &call.reason).await?;
    }
    change.hint(Audience::Person(case.person), Hint::Sync);
    Ok(RestoredGrants {
        grants: given,
        teams: call.teams,
    })
}

async fn again(
    change: &mut Change,
    acting: &Acting,
    case: &Case,
    person: &Principal,
    id: GrantId,
    reason: &str,
) -> Result<GrantId, Stop> {
    let now = change.now();
    let effect = change
        .db()
        .case_effect(case.id, EffectKind::Grant, *id.as_bytes())
        .await?;
    let (Some(effect), Some(ended)) = (effect, change.db().grant(id).await?) else {
        return Err(change.unknown(acting, KIND, id));
    };
    let Some(place) = change.place(ended.scope).await? else {
        return Err(change.unknown(acting, KIND, id));
    };
    // Whoever may not look at grants there does not hear that there was one.
    let seen = change.decide(acting, Action::GrantView, &place).await?;
    if !seen.decision.allowed {
        let event = of_case(change.event(acting.who, KIND), case).on(object(&ended));
        return Err(
            match change.step_up(acting, Action::GrantView, &place, &seen).await? {
                Some(max_age) => stepped_up(event, max_age),
                None => change.unknown(acting, KIND, id),
            },
        );
    }
    // The one who was given it again by this call before.
    if let Some(as_grant) = effect.restored.and_then(|restored| restored.as_grant) {
        return Ok(as_grant);
    }
    let event = of_case(change.event(acting.who, KIND), case).on(object(&ended));
    if let Some(words) = too_late(case, &ended, now) {
        let refusal = Refusal::new(Code::WrongState).detail(words);
        return Err(Stop::Refused(refusal, Box::new(event.refused(Code::WrongState))));
    }
    let gift = Gift {
        role: ended.role,
        place: &place,
        receiver: person,
        not_before: ended.not_before,
        expires_at: ended.expires_at,
    };
    let mut state = Asked::locked(change, acting).await?;
    let may = match may_assign(&mut state, &gift).await? {
        Ok(may) => may,
        Err(AssignRefusal::NotAllowed(decision)) if decision.reason != Reason::NoGrant => {
            let answer = Answer {
                decision: Arc::from(decision),
            };
            let max_age = change
                .step_up(acting, Action::GrantAssign, &place, &answer)
                .await?;
            return Err(match max_age {
                Some(max_age) => stepped_up(event, max_age),
                None => change.refuse(event, Code::Forbidden),
            });
        }
        Err(why) => {
            let refusal = delegation::refusal(&why);
            let event = event.refused(refusal.code());
            return Err(Stop::Refused(refusal, Box::new(event)));
        }
    };
    let grant = Grant {
        id: GrantId::random(&*change.entropy()),
        reason: reason.to_owned(),
        granted_by: acting.who.principal,
        granted_at: now,
        ended: None,
        ..ended
    };
    change.db().insert_grant(&grant).await?;
    let restored = Restored {
        by: acting.who.principal,
        at: now,
        as_grant: Some(grant.id),
    };
    change
        .db()
        .restore_effect(case.id, EffectKind::Grant, *id.as_bytes(), &restored)
        .await?;
    let policies = may.by.iter().map(ToString::to_string).collect();
    let event = of_case(change.event(acting.who, KIND), case)
        .on(object(&grant))
        .decided_by(policies)
        .because(reason);
    change.record(label(event, "restores", &format!("grant-{id}")));
    Ok(grant.id)
}

/// Asks for a fresh multi-factor sign-in, as giving does.
fn stepped_up(event: Event, max_age: u32) -> Stop {
    Stop::Refused(Refusal::step_up(max_age), Box::new(event.refused(Code::StepUp)))
}

/// Why nothing of a case can come back any more.
pub(super) fn too_late_for(case: &Case, now: Timestamp) -> Option<&'static str> {
    let begun = case.begun?;
    (now > begun.at.plus(UNDO_WITHIN))
        .then_some("what a case ended can be given again for 30 days; give it anew")
}

/// Why a grant cannot come back any more.
fn too_late(case: &Case, ended: &Grant, now: Timestamp) -> Option<&'static str> {
    if let Some(words) = too_late_for(case, now) {
        return Some(words);
    }
    if ended.expires_at.is_some_and(|end| end <= now) {
        return Some("it would be over by now");
    }
    ended
        .conditions
        .is_emergency()
        .then_some("emergency access is drawn, never given")
}
