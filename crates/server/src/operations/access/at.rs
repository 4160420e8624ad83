//! Who has access at a place (`POST /v1/access/scope`).

use super::{
    favourable,
    named::{GuardrailNames, Named},
    page,
    paths::{Showing, promise, sort},
    people::{Where, people},
    sight::Sight,
    usage::{Usage, Wanted},
};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::view::View,
};
use axum::extract::State;
use claviger_model::action::Action;
use claviger_policy::survey::Survey;
use claviger_protocol::{
    access::{AccessAt, AccessAtReply, AccessRow, MOST_PEOPLE, NameCursor},
    problem::Code,
};
use claviger_storage::reach::AfterName;

/// Everybody whom a grant reaches there; without `grant.view`, oneself. Where only a fresh sign-in is missing for it, that is said:
/// one's own line would look like nobody else's access.
pub async fn at(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<AccessAt>,
) -> Result<axum::Json<AccessAtReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let now = view.now();
    let place = view.place(call.scope).await?.ok_or(Code::NotFound)?;
    let chain = &place.resource.chain;
    let limit = page(call.limit, MOST_PEOPLE);
    let after = call.after.map(|after| AfterName {
        folded: after.name,
        id: after.id,
    });
    view.signed_in_enough(Action::GrantView, &place).await?;
    let everyone = view.decide(Action::GrantView, &place).await?.decision.allowed;
    let mut rows = if everyone {
        view.db().reached(chain, now, after.as_ref(), limit + 1).await?
    } else {
        vec![view.principal.clone()]
    };
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(cursor);
    let mut people = people(view.db(), rows, Where::At(chain), now).await?;
    people.retain(|person| !person.grants.is_empty());
    if !everyone && people.is_empty() {
        return Err(Code::NotFound.into());
    }
    let engine = view.engine().await?;
    let sight = Sight::at(&mut view, chain.iter().copied()).await?;
    let mut grants: Vec<_> = people
        .iter()
        .flat_map(|person| &person.grants)
        .map(|grant| grant.id)
        .collect();
    grants.sort_unstable();
    grants.dedup();
    let ids: Vec<_> = people.iter().map(|person| person.row.id).collect();
    let wanted = Wanted {
        grants: &grants,
        scopes: &[call.scope],
        people: &ids,
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
    named.scope(call.scope);
    let mut found = Vec::with_capacity(people.len());
    for person in &people {
        let mut paths: Vec<_> = person
            .grants
            .iter()
            .map(|grant| showing.path(&person.caller, grant, call.scope))
            .collect();
        sort(&engine, &mut paths);
        let Some(role) = paths.first().map(|path| path.role) else {
            continue;
        };
        let action = promise(engine.role(role));
        let outcome = survey.ask(&person.caller, action, &place.resource, &person.along(chain));
        paths.iter().for_each(|path| named.path(path));
        named.person(person.row.id);
        found.push(AccessRow {
            principal: person.row.id,
            role,
            now: guardrails.verdict(view.db(), &outcome).await?,
            uses: usage.of_place(call.scope, person.row.id),
            paths,
        });
    }
    let (principals, scopes) = named.read(view.db()).await?;
    Ok(axum::Json(AccessAtReply {
        rows: found,
        next,
        principals,
        scopes,
        counted_until: usage.counted_until,
    }))
}

/// After a principal.
pub fn cursor(principal: &claviger_storage::principals::Principal) -> NameCursor {
    let AfterName { folded, id } = AfterName::of(principal);
    NameCursor { name: folded, id }
}
