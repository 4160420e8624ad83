//! People × places (`POST /v1/access/matrix`): the strongest role in each cell, and how it stands.

use super::{
    at::cursor,
    favourable,
    named::place as named_place,
    page,
    paths::{promise, strength},
    people::{Person, Where, people},
};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    entitlement::list::Listed,
    http::Refusal,
    operations::{principals::record, view::View},
};
use axum::extract::State;
use claviger_model::{action::Action, grant::Grant, ids::ScopeId, principal::PrincipalState, scope::Scope};
use claviger_policy::{
    question::Resource,
    standing::{Standing, standing},
    survey::Survey,
    tree::{ScopeNode, ScopeTree},
};
use claviger_protocol::{
    access::{AccessMatrix, AccessMatrixReply, Cell, CellStands, MOST_PEOPLE, MOST_PLACES, MatrixRow},
    problem::Code,
};
use claviger_storage::reach::AfterName;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// A column.
struct Column {
    scope: Scope,
    resource: Resource,
}

/// Everybody with access at one of the page's places.
pub async fn matrix(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<AccessMatrix>,
) -> Result<axum::Json<AccessMatrixReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let now = view.now();
    let listed = view.listed().await?;
    whole(&mut view, &listed, call.top).await?;
    let (columns, next_path) = columns(&listed, &call)?;
    let chains: BTreeSet<ScopeId> = columns
        .iter()
        .flat_map(|column| column.resource.chain.clone())
        .collect();
    let chains: Vec<_> = chains.into_iter().collect();
    let after = call.after.as_ref().map(|after| AfterName {
        folded: after.name.clone(),
        id: after.id,
    });
    let limit = page(call.people, MOST_PEOPLE);
    let mut rows = view.db().reached(&chains, now, after.as_ref(), limit + 1).await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(cursor);
    let people = people(view.db(), rows, Where::At(&chains), now).await?;
    let engine = view.engine().await?;
    let mut survey = Survey::new(&engine, favourable(now));
    let rows = people.iter().map(|person| MatrixRow {
        principal: record(&person.row),
        cells: cells(&mut survey, person, &columns),
    });
    Ok(axum::Json(AccessMatrixReply {
        rows: rows.collect(),
        places: columns.iter().map(|column| named_place(&column.scope)).collect(),
        next,
        next_path,
    }))
}

/// A scope and all below it, of those that a list shows.
fn below(tree: &ScopeTree, top: ScopeId) -> BTreeSet<ScopeId> {
    tree.below(top).into_iter().collect()
}

fn tree(listed: &Listed) -> ScopeTree {
    let node = |scope: &Scope| {
        let (parent, class) = (scope.parent, scope.class);
        (scope.id, ScopeNode { parent, class })
    };
    listed.scopes.iter().map(node).collect()
}

/// Asks for a fresh sign-in where a column is missing only for want of it: without a word it would look as if nobody had access
/// there.
async fn whole(view: &mut View<'_>, listed: &Listed, top: ScopeId) -> Result<(), Refusal> {
    let later = view.listed_after_step_up().await?;
    let below = below(&tree(&later), top);
    let missing = later
        .scopes_with(Action::GrantView)
        .into_iter()
        .filter(|scope| below.contains(scope) && !listed.allows(*scope, Action::GrantView));
    for scope in missing {
        if let Some(place) = view.place(scope).await? {
            view.signed_in_enough(Action::GrantView, &place).await?;
        }
    }
    Ok(())
}

/// The places at and below the top where the caller may look at grants, one page of them.
fn columns(
    listed: &Listed,
    call: &AccessMatrix,
) -> Result<(Vec<Column>, Option<claviger_model::scope::ScopePath>), Refusal> {
    let tree = tree(listed);
    let below = below(&tree, call.top);
    let mut scopes: Vec<_> = listed
        .scopes
        .iter()
        .filter(|scope| below.contains(&scope.id) && listed.allows(scope.id, Action::GrantView))
        .collect();
    if scopes.is_empty() {
        return Err(Code::NotFound.into());
    }
    scopes.sort_by(|a, b| a.path.cmp(&b.path));
    scopes.retain(|scope| call.after_path.as_ref().is_none_or(|after| scope.path > *after));
    let limit = page(call.places, MOST_PLACES) as usize;
    let more = scopes.len() > limit;
    scopes.truncate(limit);
    let next = scopes.last().filter(|_| more).map(|scope| scope.path.clone());
    let column = |scope: &Scope| {
        let resource = tree.resource(scope.id, None)?;
        let scope = scope.clone();
        Some(Column { scope, resource })
    };
    Ok((scopes.into_iter().filter_map(column).collect(), next))
}

fn cells(survey: &mut Survey<'_>, person: &Person, columns: &[Column]) -> Vec<Cell> {
    // Copied once for all cells: policies look at the place of each grant themselves.
    let all: Vec<Grant> = person.grants.iter().map(|grant| Grant::clone(grant)).collect();
    let mut at: BTreeMap<ScopeId, Vec<&Arc<Grant>>> = BTreeMap::new();
    for grant in &person.grants {
        at.entry(grant.scope).or_default().push(grant);
    }
    (0..)
        .zip(columns)
        .filter_map(|(number, column)| {
            let chain = &column.resource.chain;
            let here: Vec<_> = chain
                .iter()
                .filter_map(|scope| at.get(scope))
                .flatten()
                .copied()
                .collect();
            cell(survey, (person, &all), column, number, &here)
        })
        .collect()
}

fn cell(
    survey: &mut Survey<'_>,
    (person, all): (&Person, &[Grant]),
    column: &Column,
    place: u32,
    here: &[&Arc<Grant>],
) -> Option<Cell> {
    let engine = survey.engine();
    let stands = |grant: &Grant| {
        standing(
            grant,
            engine.role(grant.role),
            &person.caller,
            survey.circumstances(),
        )
    };
    let ranked = here.iter().map(|grant| {
        let stands = stands(grant);
        let rank = (
            stands != Standing::Counts,
            Reverse(strength(engine.role(grant.role))),
            grant.scope != column.scope.id,
            grant.id,
        );
        (rank, *grant, stands)
    });
    let (_, grant, stands) = ranked.min_by_key(|(rank, ..)| *rank)?;
    let cell = Cell {
        place,
        role: grant.role,
        stands: match stands {
            _ if person.row.state != PrincipalState::Active => CellStands::Inactive,
            Standing::Counts => {
                let action = promise(engine.role(grant.role));
                if survey.ask(&person.caller, action, &column.resource, all).allowed {
                    CellStands::Counts
                } else {
                    CellStands::Guardrail
                }
            }
            Standing::NotYet(_) => CellStands::NotYet,
            _ => CellStands::Unmet,
        },
        more: u32::try_from(here.len().saturating_sub(1)).unwrap_or(u32::MAX),
        inherited: grant.scope != column.scope.id,
        by_team: grant.principal != person.row.id,
        expires_at: grant.expires_at,
    };
    Some(cell)
}
