//! What helps to answer (`GET /v1/requests/{request}/evidence`): what it newly allows, similar requests, last use.

use super::{
    standing::state,
    table,
    terms::{self, favourable, is_within},
};
use crate::{
    app::Shared,
    caller::Caller,
    entitlement::{Place, best::after_step_up},
    http::Refusal,
    operations::{path::Id, view::View},
};
use axum::extract::State;
use claviger_model::{action::Action, ids::RequestId, principal::Nature};
use claviger_protocol::{
    problem::Code,
    requests::{Evidence, Newly, PlaceName, RequestState, Similar},
    sync::RoleName,
};
use claviger_storage::{approvals::Terms, principals::Principal, requests::Asked};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

const LOOK_BACK: Duration = Duration::from_secs(90 * 24 * 3600);
const PAGE: u32 = 1_000;
/// Places that are offered.
const BELOW: usize = 100;

/// For those who can answer requests there, and whose own request it is not.
pub async fn evidence(
    State(app): State<Shared>,
    Id(id): Id<RequestId>,
    caller: Caller,
) -> Result<axum::Json<Evidence>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let request = view.db().request(id).await?.ok_or(Code::NotFound)?;
    let place = view.place(request.scope).await?.ok_or(Code::NotFound)?;
    if request.asked_by == caller.principal {
        return Err(Code::NotFound.into());
    }
    view.demand(Action::RequestAnswer, &place, Code::NotFound).await?;
    let asker = view
        .db()
        .principal(request.asked_by)
        .await?
        .ok_or(Code::NotFound)?;
    let (judge, now) = (view.judge(), view.now());
    let steps = view.db().steps_of(&[id]).await?;
    let shown = table::shown(view.db(), judge, &request, &steps).await?;
    // What was narrowed already is what the next approval is about.
    let (top, place) = match &shown {
        Some(shown) => (shown.scope, view.place(shown.scope).await?.ok_or(Code::NotFound)?),
        None => (request.scope, place),
    };
    let (mut scopes, mut below) = (Vec::new(), Vec::new());
    let mut after = None;
    loop {
        let page = view.db().scopes_under(&[top], after, PAGE).await?;
        let full = page.len() >= PAGE as usize;
        after = page.last().map(|scope| scope.id);
        scopes.extend(page.iter().map(|scope| scope.id));
        below.extend(page.into_iter().filter(|scope| scope.id != top));
        if !full {
            break;
        }
    }
    let terms = terms::narrowed(&request, &steps);
    let newly = match terms {
        Some(terms) => {
            let engine = judge.engine(view.db()).await?;
            let gives: BTreeSet<Action> = engine
                .role(terms.role)
                .map(|role| role.actions.clone())
                .unwrap_or_default();
            let listed = judge
                .entitlements
                .listed_at(view.db(), judge.epoch, &asker, &favourable(now))
                .await?;
            let mut per_scope = BTreeMap::new();
            for scope in &scopes {
                per_scope.insert(*scope, view.db().secrets_directly_in(*scope).await?);
            }
            let newly = gives.iter().map(|action| {
                let missing = per_scope
                    .iter()
                    .filter(|(scope, _)| !listed.allows(**scope, *action));
                let (scopes, secrets) = missing.fold((0_u64, 0_u64), |(scopes, secrets), (_, count)| {
                    (scopes.saturating_add(1), secrets.saturating_add(*count))
                });
                Newly {
                    action: *action,
                    scopes,
                    secrets,
                }
            });
            newly.filter(|newly| newly.scopes > 0).collect()
        }
        None => Vec::new(),
    };
    let (mut same_person, mut others) = (Similar::default(), Similar::default());
    let before = view
        .db()
        .access_requests_since(&scopes, now.minus(LOOK_BACK), PAGE)
        .await?;
    for other in before.iter().filter(|other| other.id != id) {
        let alike = matches!(
            (other.asked, request.asked),
            (Asked::Access { .. }, Asked::Access { .. })
        );
        if !alike {
            continue;
        }
        let similar = if other.asked_by == request.asked_by {
            &mut same_person
        } else {
            &mut others
        };
        similar.asked += 1;
        match state(other, now) {
            RequestState::Approved { .. } => similar.approved += 1,
            RequestState::Refused { .. } => similar.refused += 1,
            _ => {}
        }
    }
    below.sort_by_key(|scope| (scope.path.segments().len(), scope.path.clone()));
    below.truncate(BELOW);
    let below = below.into_iter().map(|scope| PlaceName {
        scope: scope.id,
        path: scope.path.to_string(),
    });
    let lesser = lesser(&mut view, terms, &asker, &place).await?;
    let last_read = view.db().last_release_under(top, Some(asker.id)).await?;
    let last_read_by_anyone = view.db().last_release_under(top, None).await?;
    Ok(axum::Json(Evidence {
        terms: shown,
        newly,
        same_person,
        others,
        last_read: last_read.map(|(_, at)| at),
        last_read_by_anyone: last_read_by_anyone.map(|(_, at)| at),
        outside: matches!(asker.nature, Nature::Person { outside: true }),
        lesser,
        below: below.collect(),
    }))
}

/// The roles within the one on the table that the reader may give.
async fn lesser(
    view: &mut View<'_>,
    terms: Option<Terms>,
    asker: &Principal,
    place: &Place,
) -> Result<Vec<RoleName>, Refusal> {
    let Some(terms) = terms else {
        return Ok(Vec::new());
    };
    let (judge, reader) = (view.judge(), view.principal.clone());
    let circumstances = after_step_up(view.circumstances);
    let engine = judge.engine(view.db()).await?;
    let Some(asked) = engine.role(terms.role) else {
        return Ok(Vec::new());
    };
    let mut within: Vec<_> = engine
        .roles()
        .filter(|role| role.id != asked.id && is_within(role, asked))
        .collect();
    within.sort_by_key(|role| (role.actions.len(), role.id));
    let mut lesser = Vec::new();
    for role in within {
        let until = terms::until(terms, judge.now);
        let may = judge
            .may_give(view.db(), (&reader, &circumstances), asker, place, role.id, until)
            .await?;
        lesser.extend(may.is_ok().then(|| RoleName {
            id: role.id,
            name: role.name.to_string(),
        }));
    }
    Ok(lesser)
}
