//! Moving a scope with all below it (rule 34): a right at both ends, and nobody gains by it what the mover may not give.

mod effect;

use super::{
    grants::delegation::{Gift, is_own_service, may_assign, refusal},
    orders,
    path::Id,
    services::made_a_key,
    state::State as Asked,
    view::View,
};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    entitlement::Place,
    events::Event,
    http::{Handled, Refusal, handle},
    sequencer::{Acting, Change, Stop, change::Demand, job},
    stream::Audience,
};
use axum::extract::State;
use claviger_crypto::bytes::sha256;
use claviger_ledger::leaf::{Fact, NAME, Object};
use claviger_model::{
    action::Action,
    event::EventKind,
    ids::ScopeId,
    principal::{PrincipalKind, PrincipalState},
    scope::{ENVIRONMENT_DEPTH, Scope},
};
use claviger_policy::assign::AssignRefusal;
use claviger_protocol::{
    moving::{MoveEffect, MovePlan, MoveScope},
    problem::Code,
    route,
    stream::Hint,
};
use claviger_storage::principals::Principal;
use effect::{Moved, moved};
use std::sync::Arc;

const KIND: EventKind = EventKind::ScopeMoved;

/// The routes of this module.
pub fn routes() -> Vec<Handled> {
    vec![
        handle(route::PREVIEW_MOVE_SCOPE, preview),
        handle(route::MOVE_SCOPE, relocate),
    ]
}

/// Who would gain and who would lose; nothing is changed.
async fn preview(
    State(app): State<Shared>,
    Id(id): Id<ScopeId>,
    caller: Caller,
    Json(call): Json<MoveScope>,
) -> Result<axum::Json<MovePlan>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let mut asked = Asked::committed(&mut view);
    let from = end(&mut asked, id).await?;
    let to = end(&mut asked, call.parent).await?;
    let moved = checked(&mut asked, &from, &to).await?;
    if moved.effect.changes_class {
        for place in [&from, &to] {
            asked
                .demand(Action::ScopeClassify, place, Code::Forbidden)
                .await?;
        }
    }
    gives_only_what_is_theirs(&mut asked, &from, &moved).await??;
    Ok(axum::Json(MovePlan {
        digest: digest(&call, id, &moved.effect)?.into(),
        effect: moved.effect,
    }))
}

async fn end(asked: &mut Asked<'_>, scope: ScopeId) -> Result<Arc<Place>, Refusal> {
    let place = asked.place(scope).await?.ok_or(Code::NotFound)?;
    asked.demand(Action::ScopeView, &place, Code::NotFound).await?;
    asked.demand(Action::ScopeMove, &place, Code::Forbidden).await?;
    Ok(place)
}

/// Moves a scope; devices are ordered to destroy what is lost by it.
async fn relocate(
    State(app): State<Shared>,
    Id(id): Id<ScopeId>,
    caller: Caller,
    Json(call): Json<MoveScope>,
) -> Result<axum::Json<Scope>, Refusal> {
    let job = job::<Scope, _>(move |change| Box::pin(async move { make(change, &caller, id, call).await }));
    app.sequencer.change(job).await.map(axum::Json)
}

async fn make(change: &mut Change, caller: &Caller, id: ScopeId, call: MoveScope) -> Result<Scope, Stop> {
    let acting = change.admit(caller, KIND).await?;
    let (from, mut policies) = demanded(change, &acting, id).await?;
    let (to, there) = demanded(change, &acting, call.parent).await?;
    policies.extend(there);
    if from.scope.parent == Some(call.parent) {
        return Ok(from.scope.clone());
    }
    let moved = checked(&mut Asked::locked(change, &acting).await?, &from, &to).await?;
    if moved.effect.changes_class {
        for place in [&from, &to] {
            demand(change, &acting, Action::ScopeClassify, place).await?;
        }
    }
    let event = event(change, &acting, id, call.parent);
    let mut asked = Asked::locked(change, &acting).await?;
    if let Err(refusal) = gives_only_what_is_theirs(&mut asked, &from, &moved).await? {
        let event = event.refused(refusal.code());
        return Err(Stop::Refused(refusal, Box::new(event)));
    }
    if let Some(seen) = &call.plan
        && seen.0 != digest(&call, id, &moved.effect)?
    {
        return Err(change.refuse(event, Code::StalePlan));
    }
    let before = orders::before_all(change, moved.holders.iter().copied()).await?;
    let now = change.now();
    change.db().move_scope(id, call.parent, now).await?;
    let after = change.db().scope(id).await?.ok_or(Code::Conflict)?;
    let event = event
        .decided_by(policies)
        .commit(NAME, from.scope.path.to_string(), None)
        .commit("new-name", after.path.to_string(), None)
        .fact("scopes", Fact::Number(moved.effect.scopes.into()));
    change.record(event);
    orders::after(change, before).await?;
    change.hint(Audience::Everyone, Hint::Sync);
    Ok(after)
}

async fn demanded(
    change: &mut Change,
    acting: &Acting,
    scope: ScopeId,
) -> Result<(Arc<Place>, Vec<String>), Stop> {
    let Some(place) = change.place(scope).await? else {
        return Err(change.unknown(acting, KIND, scope));
    };
    let policies = demand(change, acting, Action::ScopeMove, &place).await?;
    Ok((place, policies))
}

async fn demand(
    change: &mut Change,
    acting: &Acting,
    action: Action,
    place: &Place,
) -> Result<Vec<String>, Stop> {
    let demand = Demand {
        action,
        place,
        kind: KIND,
        known_by: Action::ScopeView,
        object: Object {
            scope: Some(place.id()),
            ..Object::default()
        },
        asked: &place.id(),
    };
    Ok(change.demand(acting, demand).await?.policies())
}

/// The effect of a move that the tree admits.
async fn checked(asked: &mut Asked<'_>, from: &Place, to: &Place) -> Result<Moved, Refusal> {
    let refuse = |words: &str| Err(Refusal::new(Code::WrongState).detail(words));
    if from.scope.parent.is_none() {
        return refuse("the organization itself does not move");
    }
    if to.resource.chain.contains(&from.id()) {
        return refuse("a place cannot move below itself");
    }
    let moved = moved(asked, from, to).await?;
    let shift = |scope: &Scope| {
        let below = scope
            .path
            .segments()
            .len()
            .saturating_sub(from.scope.path.segments().len());
        to.scope.path.segments().len() + 1 + below
    };
    if moved
        .below
        .iter()
        .any(|scope| scope.class.is_some() && shift(scope) != ENVIRONMENT_DEPTH)
    {
        return refuse("an environment stands two levels below the organization, and would not any more");
    }
    if moved
        .below
        .iter()
        .any(|scope| shift(scope) > claviger_model::scope::MAX_DEPTH)
    {
        return refuse("places would stand too deep");
    }
    Ok(moved)
}

/// What grants above the new place give over what moves, the mover gives (rule 13); never to themselves.
async fn gives_only_what_is_theirs(
    asked: &mut Asked<'_>,
    from: &Place,
    moved: &Moved,
) -> Result<Result<(), Refusal>, Refusal> {
    let giver = asked.principal.clone();
    let own = asked.subject(&giver).await?;
    let gaining = moved
        .effect
        .changes
        .iter()
        .filter(|change| !change.gains.is_empty());
    let gaining: Vec<_> = gaining.map(|change| change.principal).collect();
    let rows = if gaining.is_empty() {
        Vec::new()
    } else {
        asked.reader.principals(&gaining).await?
    };
    let services: Vec<_> = rows
        .iter()
        .filter(|row| row.kind() == PrincipalKind::Service)
        .map(|row| row.id)
        .collect();
    let now = asked.circumstances.now;
    if rows
        .iter()
        .any(|row| row.id == giver.id || is_own_service(&own.caller, row))
        || made_a_key(asked.reader, giver.id, &services, now).await?
    {
        return Ok(Err(Refusal::new(Code::SeparationOfDuties).detail(
            "the move would give you more there, or a service identity that you answer for or made a key of",
        )));
    }
    for grant in &moved.coming {
        let Some(receiver) = asked.reader.principal(grant.principal).await? else {
            continue;
        };
        // Whoever is not active may be so again.
        let receiver = Principal {
            state: PrincipalState::Active,
            ..receiver
        };
        let gift = Gift {
            role: grant.role,
            place: from,
            receiver: &receiver,
            not_before: grant.not_before,
            expires_at: grant.expires_at,
        };
        match may_assign(asked, &gift).await? {
            // What is one's own gains nothing, as was asked above.
            Ok(_)
            | Err(AssignRefusal::ToOneself | AssignRefusal::ToOwnTeam | AssignRefusal::ToOwnService) => {}
            Err(refused) => return Ok(Err(refusal(&refused))),
        }
    }
    Ok(Ok(()))
}

fn digest(call: &MoveScope, scope: ScopeId, effect: &MoveEffect) -> Result<[u8; 32], Refusal> {
    let canonical =
        serde_json_canonicalizer::to_vec(&(scope, call.parent, effect)).map_err(Refusal::internal)?;
    Ok(sha256(&canonical))
}

fn event(change: &Change, acting: &Acting, scope: ScopeId, parent: ScopeId) -> Event {
    let object = Object {
        scope: Some(scope),
        ..Object::default()
    };
    change
        .event(acting.who, KIND)
        .on(object)
        .commit("new-parent", parent.to_string(), None)
}
