//! Why can I, why can't I (`POST /v1/explain`).

use super::{
    favourable,
    grantors::grantors,
    named::{GuardrailNames, Named},
    paths::Showing,
    people::{Person, Where, people},
    sight::Sight,
    usage::{Usage, Wanted},
};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    entitlement::Place,
    http::Refusal,
    operations::view::View,
};
use axum::extract::State;
use claviger_model::{action::Action, ids::RoleId};
use claviger_policy::{
    explain::{Explanation, Missing},
    question::Question,
    survey::Outcome,
};
use claviger_protocol::{
    explain::{About, ExplainCall, ExplainPath, ExplainReply, Lacking},
    problem::Code,
};
use std::sync::Arc;

/// People who are named as able to help.
const GRANTORS: usize = 5;

/// For oneself about what one may know of; for others where one may look at grants; else as for what does not exist.
pub async fn explain(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<ExplainCall>,
) -> Result<axum::Json<ExplainReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let now = view.now();
    let about = call.principal.unwrap_or(view.principal.id);
    let at_best = about != view.principal.id;
    if at_best {
        // Before anything else: where only a fresh sign-in is missing, a place may not even show.
        let place = place_of(&mut view, call.about).await?;
        view.demand(Action::GrantView, &place, Code::NotFound).await?;
    }
    let place = known(&mut view, call.about).await?;
    let row = if at_best {
        view.db().principal(about).await?.ok_or(Code::NotFound)?
    } else {
        view.principal.clone()
    };
    let chain = &place.resource.chain;
    let engine = view.engine().await?;
    let found = people(view.db(), vec![row], Where::At(chain), now).await?;
    let person: &Person = found.first().ok_or(Code::NotFound)?;
    let circumstances = if at_best {
        favourable(now)
    } else {
        view.circumstances
    };
    let grants = person.along(chain);
    let question = Question {
        caller: &person.caller,
        action: call.action,
        resource: &place.resource,
        grants: &grants,
        circumstances: &circumstances,
    };
    let Explanation {
        decision,
        grants: ways,
        missing,
    } = engine.explain(&question);
    let sight = Sight::at(&mut view, chain.iter().copied()).await?;
    let ids: Vec<_> = grants.iter().map(|grant| grant.id).collect();
    let wanted = Wanted {
        grants: &ids,
        scopes: &[],
        people: &[],
    };
    let usage = Usage::read(view.db(), now, wanted).await?;
    let showing = Showing {
        sight: &sight,
        engine: &engine,
        circumstances: &circumstances,
        usage: &usage,
    };
    let mut named = Named::default();
    named.person(person.row.id);
    named.scope(place.id());
    let mut paths = Vec::with_capacity(ways.len());
    for way in &ways {
        let Some(grant) = grants.iter().find(|grant| grant.id == way.grant) else {
            continue;
        };
        let path = showing.path(&person.caller, grant, place.id());
        named.path(&path);
        paths.push(ExplainPath {
            path,
            has_action: way.has_action,
            decided: decision.grants.contains(&way.grant),
        });
    }
    let (lacking, roles) = lacking(missing);
    let mut helpers = Vec::new();
    for role in &roles {
        helpers = grantors(view.db(), &engine, &place, *role, &person.row, now, GRANTORS).await?;
        if !helpers.is_empty() {
            break;
        }
    }
    helpers.iter().for_each(|helper| named.person(*helper));
    let outcome = Outcome {
        allowed: decision.allowed,
        reason: decision.reason,
        guardrails: decision.guardrails,
    };
    let verdict = GuardrailNames::default().verdict(view.db(), &outcome).await?;
    let (principals, scopes) = named.read(view.db()).await?;
    Ok(axum::Json(ExplainReply {
        principal: person.row.id,
        action: call.action,
        scope: place.id(),
        verdict,
        at_best,
        valid_until: decision.valid_until,
        paths,
        lacking,
        roles,
        grantors: helpers,
        principals,
        scopes,
    }))
}

/// The place of what it is about, whoever asks.
async fn place_of(view: &mut View<'_>, about: About) -> Result<Arc<Place>, Refusal> {
    let scope = match about {
        About::Scope(scope) => scope,
        About::Secret(secret) => view.db().secret(secret).await?.ok_or(Code::NotFound)?.scope,
    };
    Ok(view.place(scope).await?.ok_or(Code::NotFound)?)
}

/// The place of what it is about, if the caller may know of it.
async fn known(view: &mut View<'_>, about: About) -> Result<Arc<Place>, Refusal> {
    match about {
        About::Secret(secret) => Ok(view.visible(secret).await?.1),
        About::Scope(scope) => {
            let place = view.place(scope).await?.ok_or(Code::NotFound)?;
            // A place is known to whoever has a right there or below.
            let listed = view.listed().await?;
            if listed.scopes.iter().any(|known| known.id == scope) {
                Ok(place)
            } else {
                Err(Code::NotFound.into())
            }
        }
    }
}

fn lacking(missing: Missing) -> (Lacking, Vec<RoleId>) {
    match missing {
        Missing::Nothing => (Lacking::Nothing, Vec::new()),
        Missing::Role { roles } => (Lacking::Role, roles),
        Missing::Circumstances { roles } => (Lacking::Circumstances, roles),
        Missing::NoGrantHelps => (Lacking::NoGrantHelps, Vec::new()),
    }
}
