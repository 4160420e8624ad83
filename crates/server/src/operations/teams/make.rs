//! Making and renaming teams.

use super::{event, managed};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::{path::Id, principals, proposals::object_at_root},
    sequencer::{Change, Stop, job},
    stream::Audience,
};
use axum::extract::State;
use claviger_ledger::leaf::{NAME, Object};
use claviger_model::{
    action::Action,
    event::EventKind,
    ids::PrincipalId,
    principal::{Nature, PrincipalState},
};
use claviger_protocol::{
    principals::PrincipalRecord,
    problem::Code,
    stream::Hint,
    teams::{CreateTeam, RenameTeam},
};
use claviger_storage::principals::Principal;

/// Makes an empty team; a repeated call gives the same one.
pub async fn create(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<CreateTeam>,
) -> Result<axum::Json<PrincipalRecord>, Refusal> {
    let job =
        job::<PrincipalRecord, _>(move |change| Box::pin(async move { make(change, &caller, call).await }));
    app.sequencer.change(job).await.map(axum::Json)
}

async fn make(change: &mut Change, caller: &Caller, call: CreateTeam) -> Result<PrincipalRecord, Stop> {
    const KIND: EventKind = EventKind::PrincipalCreated;
    let acting = change.admit(caller, KIND).await?;
    let object = Object {
        principal: Some(call.id),
        ..Object::default()
    };
    let policies = object_at_root(change, &acting, Action::TeamManage, KIND, object.clone()).await?;
    if let Some(known) = change.db().principal(call.id).await? {
        return if known.nature == Nature::Team && known.name == call.name {
            Ok(principals::record(&known))
        } else {
            Err(Code::Conflict.into())
        };
    }
    let team = Principal {
        id: call.id,
        name: call.name,
        state: PrincipalState::Active,
        nature: Nature::Team,
        email: None,
        created_at: change.now(),
    };
    change.db().insert_principal(&team).await?;
    let event = change
        .event(acting.who, KIND)
        .on(object)
        .concerning(team.id)
        .decided_by(policies)
        .commit(NAME, team.name.to_string(), Some(team.id));
    change.record(event);
    Ok(principals::record(&team))
}

/// Gives a team another name; nobody's access changes.
pub async fn rename(
    State(app): State<Shared>,
    Id(team): Id<PrincipalId>,
    caller: Caller,
    Json(call): Json<RenameTeam>,
) -> Result<axum::Json<PrincipalRecord>, Refusal> {
    let job = job::<PrincipalRecord, _>(move |change| {
        Box::pin(async move {
            let acting = change.admit(&caller, super::KIND).await?;
            let (row, policies) = managed(change, &acting, team).await?;
            if row.name == call.name {
                return Ok(principals::record(&row));
            }
            let renamed = Principal {
                name: call.name,
                ..row.clone()
            };
            change.db().update_principal(&renamed).await?;
            let event = event(change, &acting, team, "renamed")
                .decided_by(policies)
                .commit(NAME, row.name.to_string(), Some(team))
                .commit("new-name", renamed.name.to_string(), Some(team));
            change.record(event);
            change.hint(Audience::Everyone, Hint::Sync);
            Ok(principals::record(&renamed))
        })
    });
    app.sequencer.change(job).await.map(axum::Json)
}
