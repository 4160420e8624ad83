//! The brake's settings: how many people in an hour, and who is protected. Who conducts offboarding reads them; only Owners write.

use super::{brake, count, label};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::{
        offboarding::{conducted, demanded},
        view::View,
    },
    sequencer::{Change, Stop, job},
};
use axum::extract::State;
use claviger_ledger::leaf::Object;
use claviger_model::{action::Action, event::EventKind, ids::PrincipalId, principal::PrincipalKind};
use claviger_protocol::{
    offboarding::cases::{MOST_PROTECTED, OffboardingSettings},
    problem::Code,
};

const KIND: EventKind = EventKind::OffboardingSettingsChanged;

/// As they are.
pub async fn read(
    State(app): State<Shared>,
    caller: Caller,
) -> Result<axum::Json<OffboardingSettings>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    conducted(&mut view).await?;
    Ok(axum::Json(brake::settings(view.db()).await?))
}

/// Writes them.
pub async fn set(
    State(app): State<Shared>,
    caller: Caller,
    Json(mut call): Json<OffboardingSettings>,
) -> Result<axum::Json<OffboardingSettings>, Refusal> {
    call.protected.sort_unstable();
    call.protected.dedup();
    if call.protected.len() > MOST_PROTECTED {
        return Err(Refusal::new(Code::BadRequest)
            .detail(format!("{MOST_PROTECTED} people can be protected at most")));
    }
    let job = job::<OffboardingSettings, _>(move |change| {
        Box::pin(async move { make(change, &caller, call).await })
    });
    app.sequencer.change(job).await.map(axum::Json)
}

async fn make(
    change: &mut Change,
    caller: &Caller,
    call: OffboardingSettings,
) -> Result<OffboardingSettings, Stop> {
    let acting = change.admit(caller, KIND).await?;
    let mut policies = demanded(change, &acting, KIND, Object::default()).await?;
    let root = change.db().root_scope().await?.ok_or(Code::Internal)?;
    let place = change.place(root.id).await?.ok_or(Code::Internal)?;
    let owner = change.decide(&acting, Action::PolicyManage, &place).await?;
    policies.extend(owner.policies());
    let event = change.event(acting.who, KIND).decided_by(policies);
    if !owner.decision.allowed {
        return Err(change.refuse(event, Code::Forbidden));
    }
    let known = change.db().principals(&call.protected).await?;
    let people = known.iter().filter(|row| row.kind() == PrincipalKind::Person);
    if people.count() != call.protected.len() {
        return Err(Refusal::new(Code::BadRequest)
            .detail("only people are protected")
            .into());
    }
    let before = brake::settings(change.db()).await?;
    if before == call {
        return Ok(call);
    }
    let value = serde_json::to_value(&call).map_err(Refusal::internal)?;
    change.db().put_setting(brake::SETTING, &value).await?;
    let event = label(event, "what", "brake");
    let event = count(event, "people-per-hour", call.people_per_hour as usize);
    change.record(count(event, "protected", call.protected.len()));
    let put_on = without(&call.protected, &before.protected).map(|person| (person, "protected"));
    let taken_off = without(&before.protected, &call.protected).map(|person| (person, "unprotected"));
    for (person, what) in put_on.chain(taken_off) {
        // It does not concern them: nobody is told that they are to leave soon.
        let event = label(change.event(acting.who, KIND), "what", what);
        change.record(event.on(Object {
            principal: Some(person),
            ..Object::default()
        }));
    }
    Ok(call)
}

/// Those of a list that are not on another one.
fn without<'a>(list: &'a [PrincipalId], other: &'a [PrincipalId]) -> impl Iterator<Item = PrincipalId> {
    list.iter().copied().filter(|person| !other.contains(person))
}
