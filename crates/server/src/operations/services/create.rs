//! Making a service identity (`POST /v1/services`).

use super::{held, record};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::state::State as Asked,
    sequencer::{Change, Stop, change::Demand, job},
};
use axum::extract::State;
use claviger_ledger::leaf::{NAME, Object};
use claviger_model::{
    action::Action,
    event::EventKind,
    principal::{Nature, PrincipalState},
};
use claviger_protocol::{
    problem::Code,
    services::{CreateService, ServiceReply},
};
use claviger_storage::{principals::Principal, services::Service};

const KIND: EventKind = EventKind::PrincipalCreated;

/// Makes a service without any access or key; a repeated call gives the same one.
pub async fn create(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<CreateService>,
) -> Result<axum::Json<ServiceReply>, Refusal> {
    let job =
        job::<ServiceReply, _>(move |change| Box::pin(async move { make(change, &caller, call).await }));
    app.sequencer.change(job).await.map(axum::Json)
}

async fn make(change: &mut Change, caller: &Caller, call: CreateService) -> Result<ServiceReply, Stop> {
    let acting = change.admit(caller, KIND).await?;
    let Some(place) = change.place(call.home).await? else {
        return Err(change.unknown(&acting, KIND, call.home));
    };
    let object = Object {
        principal: Some(call.id),
        scope: Some(call.home),
        ..Object::default()
    };
    let demand = Demand {
        action: Action::ServiceManage,
        place: &place,
        kind: KIND,
        known_by: Action::ScopeView,
        object: object.clone(),
        asked: &call.home,
    };
    let policies = change.demand(&acting, demand).await?.policies();
    held::owning_team(change, &acting, KIND, call.owner).await?;
    // Whoever manages services in an environment does so for services of its class.
    if place.resource.class.is_some_and(|class| class != call.class) {
        return Err(Refusal::new(Code::BadRequest)
            .detail("the environment there is of another class")
            .into());
    }
    let nature = Nature::Service {
        class: call.class,
        owner: call.owner,
    };
    if let Some(known) = change.db().principal(call.id).await? {
        let service = change.db().service(call.id).await?;
        let same = known.nature == nature
            && known.name == call.name
            && service.is_some_and(|service| service.kind == call.kind && service.home == call.home);
        return if same {
            record::reply(&mut Asked::locked(change, &acting).await?, call.id).await
        } else {
            Err(Code::Conflict.into())
        };
    }
    let row = Principal {
        id: call.id,
        name: call.name,
        state: PrincipalState::Active,
        nature,
        email: None,
        created_at: change.now(),
    };
    change.db().insert_principal(&row).await?;
    let service = Service {
        principal: row.id,
        kind: call.kind,
        home: call.home,
        made_by: Some(acting.who.principal),
        made_at: row.created_at,
    };
    change.db().insert_service(&service).await?;
    let event = change
        .event(acting.who, KIND)
        .on(object)
        .concerning(row.id)
        .decided_by(policies)
        .commit(NAME, row.name.to_string(), Some(row.id));
    change.record(event);
    record::reply(&mut Asked::locked(change, &acting).await?, row.id).await
}
