//! Disabling and enabling a service (`POST /v1/services/{service}/state`).

use super::{held, key::close, record};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::{path::Id, state::State as Asked, words},
    sequencer::{Change, Stop, job},
};
use axum::extract::State;
use claviger_ledger::{label::Label, leaf::Fact};
use claviger_model::{
    event::EventKind, grant::MAX_REASON_BYTES, ids::PrincipalId, principal::PrincipalState,
};
use claviger_protocol::{
    problem::Code,
    services::{ServiceReply, SetServiceState},
};
use claviger_storage::{principals::Principal, sessions::LogoutTarget};

const KIND: EventKind = EventKind::PrincipalChanged;

/// Sets the state; a repeated call changes nothing.
pub async fn set(
    State(app): State<Shared>,
    Id(service): Id<PrincipalId>,
    caller: Caller,
    Json(mut call): Json<SetServiceState>,
) -> Result<axum::Json<ServiceReply>, Refusal> {
    call.reason = words::checked(&call.reason, MAX_REASON_BYTES)?;
    let job = job::<ServiceReply, _>(move |change| {
        Box::pin(async move { make(change, &caller, service, call).await })
    });
    app.sequencer.change(job).await.map(axum::Json)
}

async fn make(
    change: &mut Change,
    caller: &Caller,
    id: PrincipalId,
    call: SetServiceState,
) -> Result<ServiceReply, Stop> {
    let acting = change.admit(caller, KIND).await?;
    let label = match call.state {
        PrincipalState::Active => "active",
        PrincipalState::Disabled => "disabled",
        PrincipalState::Suspended => {
            return Err(Refusal::new(Code::BadRequest)
                .detail("a service is active or disabled")
                .into());
        }
    };
    let held = held::known(change, &acting, KIND, id).await?;
    let mut event = change
        .event(acting.who, KIND)
        .on(held.object())
        .concerning(id)
        .decided_by(held.manages.policies());
    if let Ok(label) = Label::new(label) {
        event = event.fact("state", Fact::Label(label));
    }
    let enables = call.state == PrincipalState::Active;
    let may = if enables {
        held.rights.edit
    } else {
        held.rights.disable
    };
    if !may {
        return Err(held.unmanaged(change, &acting, event).await?);
    }
    if call.state == held.row.state {
        return record::reply(&mut Asked::locked(change, &acting).await?, id).await;
    }
    if enables && let Err(refusal) = held::may_give_all(change, &acting, &held.row).await? {
        let event = event.refused(refusal.code());
        return Err(Stop::Refused(refusal, Box::new(event)));
    }
    let after = Principal {
        state: call.state,
        ..held.row
    };
    change.db().update_principal(&after).await?;
    change.record(event.because(call.reason));
    if !enables {
        close(change, &acting, LogoutTarget::Principal(id)).await?;
    }
    record::reply(&mut Asked::locked(change, &acting).await?, id).await
}
