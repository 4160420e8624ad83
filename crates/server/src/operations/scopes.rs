//! Scopes: seeing, making and changing them.

use super::{orders, path::Id, view::View};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    entitlement::Place,
    http::{Handled, Refusal, handle},
    sequencer::{Acting, Change, Stop, change::Demand, job},
    stream::Audience,
};
use axum::extract::State;
use claviger_ledger::leaf::{Fact, NAME, Object};
use claviger_model::{
    action::Action,
    event::EventKind,
    ids::ScopeId,
    scope::{ENVIRONMENT_DEPTH, EnvironmentClass, Scope},
};
use claviger_protocol::{
    places::{CreateScope, EditScope, ScopesReply},
    problem::Code,
    route,
    stream::Hint,
};
use claviger_storage::scopes::ScopeSettings;

/// The longest that copies may be kept by a scope's setting: the 7 days of names and history.
const LONGEST_LEASE_SECONDS: u32 = 7 * 24 * 3600;

/// The routes of this module.
pub fn routes() -> Vec<Handled> {
    vec![
        handle(route::SCOPES, list),
        handle(route::CREATE_SCOPE, create),
        handle(route::EDIT_SCOPE, edit),
    ]
}

/// Every scope with a right at or below it.
async fn list(State(app): State<Shared>, caller: Caller) -> Result<axum::Json<ScopesReply>, Refusal> {
    let listed = View::open(&app, &caller).await?.listed().await?;
    Ok(axum::Json(ScopesReply {
        scopes: listed.scopes.clone(),
    }))
}

/// Makes a scope; a repeated call gives the same one.
async fn create(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<CreateScope>,
) -> Result<axum::Json<Scope>, Refusal> {
    let job = job::<Scope, _>(move |change| {
        Box::pin(async move {
            let kind = EventKind::ScopeCreated;
            let acting = change.admit(&caller, kind).await?;
            let Some(parent) = change.place(call.parent).await? else {
                return Err(change.unknown(&acting, kind, call.parent));
            };
            let mut policies = demand(change, &acting, Action::ScopeCreate, kind, &parent).await?;
            if let Some(known) = change.db().scope(call.id).await? {
                let same = known.parent == Some(call.parent)
                    && known.path.segments().last() == Some(&call.name)
                    && known.class == call.class;
                return if same {
                    Ok(known)
                } else {
                    Err(Code::Conflict.into())
                };
            }
            if call.class.is_some() {
                environment(parent.scope.path.segments().len() + 1)?;
                policies.extend(demand(change, &acting, Action::ScopeClassify, kind, &parent).await?);
            }
            let settings = ScopeSettings {
                class: call.class,
                ..ScopeSettings::default()
            };
            let now = change.now();
            let scope = change
                .db()
                .insert_scope(call.id, Some(call.parent), &call.name, &settings, now)
                .await?;
            let object = Object {
                scope: Some(scope.id),
                ..Object::default()
            };
            let event = change.event(acting.who, kind).on(object).decided_by(policies);
            change.record(class_fact(event, call.class).commit(NAME, scope.path.to_string(), None));
            change.hint(Audience::Everyone, Hint::Sync);
            Ok(scope)
        })
    });
    app.sequencer.change(job).await.map(axum::Json)
}

/// Changes a scope; its class only with `scope.classify`.
async fn edit(
    State(app): State<Shared>,
    Id(id): Id<ScopeId>,
    caller: Caller,
    Json(call): Json<EditScope>,
) -> Result<axum::Json<Scope>, Refusal> {
    if call
        .lease_seconds
        .is_some_and(|seconds| seconds > LONGEST_LEASE_SECONDS)
    {
        return Err(Refusal::new(Code::BadRequest).detail("copies can be kept for 7 days at most"));
    }
    let job = job::<Scope, _>(move |change| {
        Box::pin(async move {
            let kind = EventKind::ScopeEdited;
            let acting = change.admit(&caller, kind).await?;
            let Some(place) = change.place(id).await? else {
                return Err(change.unknown(&acting, kind, id));
            };
            let mut policies = Vec::new();
            if call.class.is_none()
                || call.name.is_some()
                || call.discoverable.is_some()
                || call.lease_seconds.is_some()
            {
                policies.extend(demand(change, &acting, Action::ScopeEdit, kind, &place).await?);
            }
            if call.class.is_some() {
                policies.extend(demand(change, &acting, Action::ScopeClassify, kind, &place).await?);
                environment(place.scope.path.segments().len())?;
            }
            let now = change.now();
            let before = &place.scope;
            let settings = ScopeSettings {
                class: call.class.or(before.class),
                discoverable: call
                    .discoverable
                    .clone()
                    .unwrap_or_else(|| before.discoverable.clone()),
                lease_seconds: call.lease_seconds.or(before.lease_seconds),
            };
            if let Some(name) = call
                .name
                .as_ref()
                .filter(|name| before.path.segments().last() != Some(name))
            {
                if before.parent.is_none() {
                    return Err(Refusal::new(Code::WrongState)
                        .detail("the organization is not renamed here")
                        .into());
                }
                change.db().rename_scope(id, name, now).await?;
            }
            change.db().set_scope(id, &settings, now).await?;
            let after = change.db().scope(id).await?.ok_or(Code::Conflict)?;
            let object = Object {
                scope: Some(id),
                ..Object::default()
            };
            let mut event = change.event(acting.who, kind).on(object).decided_by(policies);
            event = class_fact(event, call.class).commit(NAME, before.path.to_string(), None);
            if let Some(seconds) = call.lease_seconds {
                event = event.fact("lease-seconds", Fact::Number(seconds.into()));
            }
            if after.path != before.path {
                event = event.commit("new-name", after.path.to_string(), None);
            }
            change.record(event);
            if call.class.is_some() || call.lease_seconds.is_some() {
                orders::after_stricter_terms(change, id).await?;
            }
            change.hint(Audience::Everyone, Hint::Sync);
            Ok(after)
        })
    });
    app.sequencer.change(job).await.map(axum::Json)
}

async fn demand(
    change: &mut Change,
    acting: &Acting,
    action: Action,
    kind: EventKind,
    place: &Place,
) -> Result<Vec<String>, Stop> {
    let object = Object {
        scope: Some(place.id()),
        ..Object::default()
    };
    let demand = Demand {
        action,
        place,
        kind,
        known_by: Action::ScopeView,
        object,
        asked: &place.id(),
    };
    Ok(change.demand(acting, demand).await?.policies())
}

fn environment(depth: usize) -> Result<(), Refusal> {
    if depth == ENVIRONMENT_DEPTH {
        Ok(())
    } else {
        Err(Refusal::new(Code::BadRequest).detail("only an environment, two levels down, has a class"))
    }
}

fn class_fact(event: crate::events::Event, class: Option<EnvironmentClass>) -> crate::events::Event {
    let label = class.map(|class| match class {
        EnvironmentClass::Production => "production",
        EnvironmentClass::Staging => "staging",
        EnvironmentClass::Testing => "testing",
        EnvironmentClass::Development => "development",
        EnvironmentClass::Sandbox => "sandbox",
    });
    match label.map(claviger_ledger::label::Label::new) {
        Some(Ok(label)) => event.fact("class", Fact::Label(label)),
        _ => event,
    }
}
