//! A guardrail that is made, changed, switched or deleted.

use super::{Execution, drawable::with_emergency};
use crate::{
    entitlement::best::favourable,
    events::Event,
    http::Refusal,
    operations::{
        guardrails::{
            changing::{Changing, becomes, unusable},
            effect::{Simulation, simulate, tree},
        },
        orders,
        state::State,
    },
    sequencer::{Change, Stop},
    stream::Audience,
};
use claviger_ledger::leaf::{Fact, NAME};
use claviger_model::{
    action::Action,
    guardrail::Guardrail,
    ids::{PolicyId, PrincipalId, ScopeId},
};
use claviger_policy::{effect::Engines, gain::Reach, guardrails::validate_guardrail, loosening::Loosening};
use claviger_protocol::{
    guardrails::GuardrailChange, problem::Code, roles::Widening, stream::Hint, wire::Bytes,
};
use std::collections::{BTreeMap, BTreeSet};

/// The change with the states before and after it.
///
/// # Errors
/// When it cannot be made.
pub async fn changing(
    change: &mut Change,
    id: PolicyId,
    what: &GuardrailChange,
    replaces: Option<&Bytes>,
) -> Result<Changing, Stop> {
    Ok(Changing::read(change.db(), id, what.clone(), replaces).await?)
}

/// Whether the guardrail is so already.
///
/// # Errors
/// When it cannot be so, or was changed meanwhile.
pub async fn stands(
    change: &mut Change,
    id: PolicyId,
    what: &GuardrailChange,
    replaces: Option<&Bytes>,
) -> Result<bool, Stop> {
    let known = change.db().guardrails().await?;
    let current = known.iter().find(|guardrail| guardrail.id == id);
    if becomes(id, what, current).as_ref() == current {
        // What is not there cannot be switched; what was deleted stays deleted.
        return match (current, what) {
            (None, GuardrailChange::Switch { .. }) => Err(Code::NotFound.into()),
            _ => Ok(true),
        };
    }
    let changing = changing(change, id, what, replaces).await?;
    Engines::of(&changing.roles, &changing.before, &changing.after).map_err(unusable)?;
    Ok(false)
}

/// What the author, or a service identity that they answer for, may come to do by a change.
///
/// # Errors
/// When the tables cannot be read.
pub async fn widens(state: &mut State<'_>, changing: &Changing) -> Result<Vec<Widening>, Refusal> {
    let loosening = Loosening::of(&changing.roles, &changing.before, &changing.after).map_err(unusable)?;
    let now = state.circumstances.now;
    let author = state.principal.clone();
    let own = state.subject(&author).await?;
    let owners: Vec<PrincipalId> = own
        .caller
        .teams
        .iter()
        .map(|membership| membership.team)
        .chain([own.caller.id])
        .collect();
    let drawn = with_emergency(state.reader, author.id, &own.grants, now).await?;
    let mut subjects = vec![(own, drawn)];
    for service in state
        .reader
        .services_answered_for(&owners, Some(author.id), now)
        .await?
    {
        subjects.push((state.subject(&service).await?, None));
    }
    let tree = tree(state.reader).await?;
    let mut found = Vec::new();
    for (subject, drawn) in subjects {
        let grants = drawn.as_ref().unwrap_or(&subject.grants);
        let reach = loosening.widens(&subject.caller, grants, &tree.places, &favourable(now));
        found.extend(topmost(subject.caller.id, &reach, &tree.parents));
    }
    Ok(found)
}

/// Places of which the one above says the same are left out.
fn topmost(
    principal: PrincipalId,
    reach: &Reach,
    parents: &BTreeMap<ScopeId, Option<ScopeId>>,
) -> Vec<Widening> {
    let said_above = |scope: &ScopeId, actions: &BTreeSet<Action>| {
        let above = parents.get(scope).copied().flatten();
        above
            .and_then(|above| reach.get(&above))
            .is_some_and(|above| actions.is_subset(above))
    };
    reach
        .iter()
        .filter(|(scope, actions)| !said_above(scope, actions))
        .map(|(scope, actions)| Widening {
            principal,
            scope: *scope,
            actions: actions.clone(),
            may_grant: BTreeSet::new(),
        })
        .collect()
}

/// Writes the guardrail; devices are ordered to destroy what is lost.
///
/// # Errors
/// When the tables cannot be written, or the name is taken.
pub async fn execute(
    change: &mut Change,
    id: PolicyId,
    what: &GuardrailChange,
    replaces: Option<&Bytes>,
    execution: Execution<'_>,
) -> Result<(), Stop> {
    let now = change.now();
    let changing = changing(change, id, what, replaces).await?;
    let simulation = match execution.simulation {
        Some(simulation) => simulation,
        None => simulate(change.db(), &changing, now).await?,
    };
    let people = simulation.effects.len();
    let (current, becomes) = (changing.current(), changing.becomes());
    write(
        change,
        (current, becomes),
        execution.author,
        execution.event,
        people,
    )
    .await?;
    felt(change, &simulation, becomes).await
}

/// Writes one guardrail, with its event: as it was and as it becomes.
///
/// # Errors
/// When the tables cannot be written, or the name is taken.
pub async fn write(
    change: &mut Change,
    (current, becomes): (Option<&Guardrail>, Option<&Guardrail>),
    author: PrincipalId,
    mut event: Event,
    people: usize,
) -> Result<(), Stop> {
    let now = change.now();
    if let Some(named) = becomes.or(current) {
        event = event
            .fact("built-in", Fact::Flag(named.builtin))
            .commit(NAME, named.name.to_string(), None)
            .commit(TEXT, named.text.clone(), None);
    }
    match (current, becomes) {
        (_, Some(guardrail)) => {
            change.db().put_guardrail(guardrail).await?;
            change
                .db()
                .note_guardrail_change(guardrail.id, author, now)
                .await?;
            event = event
                .fact("new", Fact::Flag(current.is_none()))
                .fact("enabled", Fact::Flag(guardrail.enabled));
        }
        (Some(gone), None) => {
            change.db().delete_guardrail(gone.id).await?;
        }
        (None, None) => {}
    }
    let people = i64::try_from(people).unwrap_or(i64::MAX >> 11);
    change.record(event.fact("people", Fact::Number(people)));
    Ok(())
}

/// What devices feel of guardrails that were written.
///
/// # Errors
/// When the tables cannot be read or written.
pub async fn felt<'a>(
    change: &mut Change,
    simulation: &Simulation,
    written: impl IntoIterator<Item = &'a Guardrail>,
) -> Result<(), Stop> {
    purge(change, simulation).await?;
    // What depends on hour or network is not kept any more (rule 21), though it may be used as before.
    let hinders = |guardrail: &&Guardrail| {
        guardrail.enabled
            && validate_guardrail(&guardrail.text).is_ok_and(|checked| checked.looks.hinders_lease())
    };
    if written.into_iter().any(|guardrail| hinders(&guardrail)) {
        let root = change.db().root_scope().await?.ok_or(Code::NotFound)?;
        orders::after_stricter_terms(change, root.id).await?;
    }
    change.hint(Audience::Everyone, Hint::Sync);
    Ok(())
}

/// The field that commits to what a guardrail says.
const TEXT: &str = "policy-text";

async fn purge(change: &mut Change, simulation: &Simulation) -> Result<(), Stop> {
    for (person, lost) in &simulation.lost {
        orders::take_away(change, *person, lost).await?;
    }
    Ok(())
}
