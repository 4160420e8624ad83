//! Another name, or another team that answers for a service (`PATCH /v1/services/{service}`). Its class never changes.

use super::{held, key, record};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    events::Event,
    http::Refusal,
    operations::{path::Id, state::State as Asked},
    sequencer::{Change, Stop, job},
    stream::Audience,
};
use axum::extract::State;
use claviger_ledger::{
    label::Label,
    leaf::{Fact, NAME},
};
use claviger_model::{event::EventKind, ids::PrincipalId, principal::Nature};
use claviger_protocol::{
    problem::Code,
    services::{EditService, ServiceReply},
    stream::Hint,
};
use claviger_storage::principals::Principal;
use std::collections::BTreeSet;

const KIND: EventKind = EventKind::PrincipalChanged;

/// Changes what is named.
pub async fn edit(
    State(app): State<Shared>,
    Id(service): Id<PrincipalId>,
    caller: Caller,
    Json(call): Json<EditService>,
) -> Result<axum::Json<ServiceReply>, Refusal> {
    let job = job::<ServiceReply, _>(move |change| {
        Box::pin(async move { make(change, &caller, service, call).await })
    });
    app.sequencer.change(job).await.map(axum::Json)
}

async fn make(
    change: &mut Change,
    caller: &Caller,
    id: PrincipalId,
    call: EditService,
) -> Result<ServiceReply, Stop> {
    let acting = change.admit(caller, KIND).await?;
    let held = held::known(change, &acting, KIND, id).await?;
    let event = |change: &Change| {
        change
            .event(acting.who, KIND)
            .on(held.object())
            .concerning(id)
            .decided_by(held.manages.policies())
    };
    if !held.rights.edit {
        let event = event(change);
        return Err(held.unmanaged(change, &acting, event).await?);
    }
    let name = call.name.unwrap_or_else(|| held.row.name.clone());
    let owner = call.owner.unwrap_or(held.owner);
    let after = Principal {
        name,
        nature: Nature::Service {
            class: held.class,
            owner,
        },
        ..held.row.clone()
    };
    if after == held.row {
        return record::reply(&mut Asked::locked(change, &acting).await?, id).await;
    }
    let mut event = event(change);
    if owner != held.owner {
        held::owning_team(change, &acting, KIND, owner).await?;
        if let Err(refusal) = held::may_give_all(change, &acting, &after).await? {
            let event = event.refused(refusal.code());
            return Err(Stop::Refused(refusal, Box::new(event)));
        }
        let now = change.now();
        let keys = change.db().keys_of(&[id]).await?;
        let live: BTreeSet<_> = keys
            .iter()
            .filter(|key| key.is_live(now))
            .map(|key| key.id)
            .collect();
        if live != call.ends.into_iter().collect() {
            return Err(Code::StalePlan.into());
        }
        event = changed(event, "owner").concerning(owner).concerning(held.owner);
    }
    if after.name != held.row.name {
        event = changed(event, "renamed")
            .commit(NAME, held.row.name.to_string(), Some(id))
            .commit("new-name", after.name.to_string(), Some(id));
    }
    change.db().update_principal(&after).await?;
    change.record(event);
    if owner != held.owner {
        // Who made them answers for the service no more.
        key::end_all(change, &acting, id).await?;
    }
    change.hint(Audience::Everyone, Hint::Sync);
    record::reply(&mut Asked::locked(change, &acting).await?, id).await
}

fn changed(event: Event, what: &str) -> Event {
    match Label::new(what) {
        Ok(label) => event
            .fact(what, Fact::Flag(true))
            .fact("change", Fact::Label(label)),
        Err(_) => event,
    }
}
