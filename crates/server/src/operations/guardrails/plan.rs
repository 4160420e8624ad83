//! The plan of a change of guardrails (`POST /v1/guardrails/{policy}/plan`): what is shown, and what is then carried out.

use super::{
    changing::Changing,
    effect::{Simulation, simulate},
    managed,
};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::{
        access::named::Named, path::Id, proposals::guardrail_widens, state::State as Ground, view::View,
    },
};
use axum::extract::State;
use claviger_model::ids::{PolicyId, ScopeId};
use claviger_policy::{effect::Effect, gain::Reach};
use claviger_protocol::{
    guardrail_plan::{EffectAt, EffectTotals, GuardrailPlan, PEOPLE, PLACES, PersonEffect, PlaceEffect},
    guardrails::PlanGuardrail,
    roles::Widening,
};
use claviger_storage::Reader;
use std::collections::{BTreeMap, BTreeSet};

/// Shows the plan.
pub async fn preview(
    State(app): State<Shared>,
    Id(id): Id<PolicyId>,
    caller: Caller,
    Json(call): Json<PlanGuardrail>,
) -> Result<axum::Json<GuardrailPlan>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    managed(&mut view).await?;
    let now = view.now();
    let changing = Changing::read(view.db(), id, call.change, call.replaces.as_ref()).await?;
    let simulation = simulate(view.db(), &changing, now).await?;
    let widens = guardrail_widens(&mut Ground::committed(&mut view), &changing).await?;
    let second_owner = !widens.is_empty() || changing.switches_off_a_builtin();
    let skip = usize::try_from(call.skip).unwrap_or(usize::MAX);
    shown(view.db(), &simulation, widens, second_owner, skip)
        .await
        .map(axum::Json)
}

async fn shown(
    db: &mut dyn Reader,
    simulation: &Simulation,
    widens: Vec<Widening>,
    second_owner: bool,
    skip: usize,
) -> Result<GuardrailPlan, Refusal> {
    let mut totals = EffectTotals::default();
    let mut by_place: BTreeMap<ScopeId, EffectTotals> = BTreeMap::new();
    for (_, effect) in &simulation.effects {
        count(&mut totals, effect, |_| true);
        for scope in scopes(effect) {
            let entry = by_place.entry(scope).or_default();
            count(entry, effect, |of| of.contains_key(&scope));
        }
    }
    let mut named = Named::default();
    let people: Vec<_> = simulation
        .effects
        .iter()
        .skip(skip)
        .take(PEOPLE)
        .map(|(row, effect)| {
            named.person(row.id);
            let of = scopes(effect);
            PersonEffect {
                principal: row.id,
                places_total: of.len() as u64,
                places: of
                    .into_iter()
                    .take(PLACES)
                    .map(|scope| at(effect, scope))
                    .collect(),
            }
        })
        .collect();
    let places_total = by_place.len() as u64;
    let mut places: Vec<_> = by_place
        .into_iter()
        .map(|(scope, totals)| PlaceEffect { scope, totals })
        .collect();
    places.sort_by_key(|place| (std::cmp::Reverse(place.totals.people), place.scope));
    places.truncate(PLACES);
    let shown = people
        .iter()
        .flat_map(|person| person.places.iter().map(|place| place.scope));
    let shown = shown.chain(places.iter().map(|place| place.scope));
    shown
        .chain(widens.iter().map(|widening| widening.scope))
        .for_each(|scope| named.scope(scope));
    widens
        .iter()
        .for_each(|widening| named.person(widening.principal));
    let (principals, scopes) = named.read(db).await?;
    Ok(GuardrailPlan {
        digest: simulation.digest.into(),
        totals,
        people,
        places,
        places_total,
        widens,
        second_owner,
        principals,
        scopes,
    })
}

/// Adds somebody to the totals, by those of their effects that count.
fn count(totals: &mut EffectTotals, effect: &Effect, counts: impl Fn(&Reach) -> bool) {
    let one = |reach: &Reach| u64::from(!reach.is_empty() && counts(reach));
    totals.people = totals.people.saturating_add(1);
    totals.lost = totals.lost.saturating_add(one(&effect.lost));
    totals.gained = totals.gained.saturating_add(one(&effect.gained));
    totals.hindered = totals.hindered.saturating_add(one(&effect.hindered));
    totals.eased = totals.eased.saturating_add(one(&effect.eased));
    totals.fails = totals.fails.saturating_add(one(&effect.fails));
}

/// Where somebody is concerned.
fn scopes(effect: &Effect) -> BTreeSet<ScopeId> {
    let reaches = [&effect.lost, &effect.gained, &effect.hindered, &effect.eased];
    reaches.into_iter().flat_map(BTreeMap::keys).copied().collect()
}

fn at(effect: &Effect, scope: ScopeId) -> EffectAt {
    let of = |reach: &Reach| reach.get(&scope).cloned().unwrap_or_default();
    EffectAt {
        scope,
        lost: of(&effect.lost),
        gained: of(&effect.gained),
        hindered: of(&effect.hindered),
        eased: of(&effect.eased),
    }
}
