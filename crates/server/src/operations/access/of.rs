//! What reaches a person, a team or a service (`POST /v1/access/principal`).

use super::{
    favourable,
    named::{GuardrailNames, Named},
    page,
    paths::{Showing, promise},
    people::{Where, people},
    sight::{Sight, views_below},
    usage::{Usage, Wanted},
};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::view::View,
};
use axum::extract::State;
use claviger_model::{action::Action, grant::Grant, ids::ScopeId, scope::ScopePath};
use claviger_policy::{engine::PolicyEngine, survey::Survey};
use claviger_protocol::{
    access::{AccessOf, AccessOfReply, AccessOfRow, GrantCursor, MOST_PEOPLE},
    problem::Code,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// All of one's own; of others, what was given where one may look at grants, or reaches such a place from above. Where only a fresh
/// sign-in is missing for seeing one, that is said.
pub async fn of(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<AccessOf>,
) -> Result<axum::Json<AccessOfReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let now = view.now();
    let row = view.db().principal(call.principal).await?.ok_or(Code::NotFound)?;
    let engine = view.engine().await?;
    let own = row.id == view.principal.id;
    let mut found = people(view.db(), vec![row], Where::Anywhere, now).await?;
    let mut person = found.pop().ok_or(Code::NotFound)?;
    let given: BTreeSet<ScopeId> = person.grants.iter().map(|grant| grant.scope).collect();
    let sight = Sight::at(&mut view, given.iter().copied()).await?;
    if !own {
        person.grants = visible(&mut view, &engine, &sight, person.grants).await?;
        if person.grants.is_empty() {
            view.demand_somewhere(Action::PrincipalView, Code::NotFound)
                .await?;
        }
    }
    let (grants, next) = paged(&mut view, person.grants.clone(), &call).await?;
    let scopes: BTreeSet<ScopeId> = grants.iter().map(|grant| grant.scope).collect();
    let scopes: Vec<_> = scopes.into_iter().collect();
    let ids: Vec<_> = grants.iter().map(|grant| grant.id).collect();
    let wanted = Wanted {
        grants: &ids,
        scopes: &scopes,
        people: &[person.row.id],
    };
    let usage = Usage::read(view.db(), now, wanted).await?;
    let circumstances = favourable(now);
    let mut survey = Survey::new(&engine, circumstances);
    let showing = Showing {
        sight: &sight,
        engine: &engine,
        circumstances: &circumstances,
        usage: &usage,
    };
    let (mut named, mut guardrails) = (Named::default(), GuardrailNames::default());
    named.person(person.row.id);
    let mut rows = Vec::with_capacity(grants.len());
    for grant in &grants {
        let Some(place) = view.place(grant.scope).await? else {
            continue;
        };
        let action = promise(engine.role(grant.role));
        // By this grant alone: another one there must not lend it what it does not give.
        let outcome = survey.ask(
            &person.caller,
            action,
            &place.resource,
            std::slice::from_ref(grant),
        );
        let path = showing.path(&person.caller, grant, grant.scope);
        named.path(&path);
        rows.push(AccessOfRow {
            path,
            now: guardrails.verdict(view.db(), &outcome).await?,
            uses: usage.of_place(grant.scope, person.row.id),
        });
    }
    let looks = own || !view.listed().await?.scopes_with(Action::GrantView).is_empty();
    let zone = if looks {
        view.db().zones_of(person.row.id).await?.into_iter().next()
    } else {
        None
    };
    let zone = zone.map(|(_, zone)| zone);
    let (principals, scopes) = named.read(view.db()).await?;
    Ok(axum::Json(AccessOfReply {
        principal: person.row.id,
        rows,
        next,
        principals,
        scopes,
        zone,
        counted_until: usage.counted_until,
    }))
}

async fn visible(
    view: &mut View<'_>,
    engine: &PolicyEngine,
    sight: &Sight,
    grants: Vec<Arc<Grant>>,
) -> Result<Vec<Arc<Grant>>, Refusal> {
    let mut below: BTreeMap<ScopeId, bool> = BTreeMap::new();
    let mut kept = Vec::with_capacity(grants.len());
    for grant in grants {
        let known = match below.get(&grant.scope) {
            Some(known) => *known,
            None => {
                let known = sight.views(grant.scope) || views_below(view, engine, grant.scope).await?;
                if !known && let Some(place) = view.place(grant.scope).await? {
                    view.signed_in_enough(Action::GrantView, &place).await?;
                }
                below.insert(grant.scope, known);
                known
            }
        };
        if known {
            kept.push(grant);
        }
    }
    Ok(kept)
}

/// In the order of places; those after the cursor.
async fn paged(
    view: &mut View<'_>,
    grants: Vec<Arc<Grant>>,
    call: &AccessOf,
) -> Result<(Vec<Grant>, Option<GrantCursor>), Refusal> {
    let limit = page(call.limit, MOST_PEOPLE) as usize;
    let scopes: BTreeSet<ScopeId> = grants.iter().map(|grant| grant.scope).collect();
    let scopes: Vec<_> = scopes.into_iter().collect();
    let paths: BTreeMap<ScopeId, ScopePath> = if scopes.is_empty() {
        BTreeMap::new()
    } else {
        let scopes = view.db().scopes(&scopes).await?;
        scopes.into_iter().map(|scope| (scope.id, scope.path)).collect()
    };
    let mut keyed: Vec<_> = grants
        .iter()
        .filter_map(|grant| {
            let path = paths.get(&grant.scope)?.clone();
            Some((
                GrantCursor {
                    path,
                    grant: grant.id,
                },
                grant,
            ))
        })
        .filter(|(key, _)| call.after.as_ref().is_none_or(|after| key > after))
        .collect();
    keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
    let more = keyed.len() > limit;
    keyed.truncate(limit);
    let next = keyed.last().filter(|_| more).map(|(key, _)| key.clone());
    Ok((
        keyed.into_iter().map(|(_, grant)| Grant::clone(grant)).collect(),
        next,
    ))
}
