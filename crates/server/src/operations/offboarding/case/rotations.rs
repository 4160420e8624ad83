//! The values that a case wants changed: listed, and accepted as they are by an Owner.

use super::{count, event, label, settle};
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::Refusal,
    operations::{
        offboarding::{conducted, demanded, named::Names},
        path::Id,
        view::View,
        words,
    },
    sequencer::{Change, Stop, job},
};
use axum::extract::State;
use claviger_ledger::leaf::Object;
use claviger_model::{
    action::Action,
    event::EventKind,
    grant::MAX_REASON_BYTES,
    ids::{CaseId, SecretId},
    offboarding::{Rotation, RotationState, Settled},
};
use claviger_protocol::{
    offboarding::cases::{
        AcceptRotation, AfterRotation, PAGE, RotationRecord, RotationsCall, RotationsReply,
    },
    problem::Code,
};

const KIND: EventKind = EventKind::OffboardingRotationSettled;

/// A page of them, the riskiest first.
pub async fn list(
    State(app): State<Shared>,
    Id(id): Id<CaseId>,
    caller: Caller,
    Json(call): Json<RotationsCall>,
) -> Result<axum::Json<RotationsReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    conducted(&mut view).await?;
    view.db().case(id).await?.ok_or(Code::NotFound)?;
    let after = call.after.map(|after| (after.risk.number(), after.secret));
    // One more than a page, which tells whether another one follows.
    let mut rotations = view
        .db()
        .case_rotations(id, after, PAGE.saturating_add(1))
        .await?;
    let more = rotations.len() > PAGE as usize;
    rotations.truncate(PAGE as usize);
    let next = rotations.last().filter(|_| more).map(|last| AfterRotation {
        risk: last.risk,
        secret: last.secret,
    });
    let mut names = Names::default();
    for rotation in &rotations {
        names.secret(rotation.secret);
        let settled = rotation.settled.as_ref().and_then(|settled| settled.by);
        for person in rotation.owner.into_iter().chain(settled) {
            names.person(person);
        }
    }
    let told = names.read(view.db()).await?;
    Ok(axum::Json(RotationsReply {
        rotations: rotations.into_iter().map(record).collect(),
        next,
        principals: told.principals,
        scopes: told.scopes,
        secrets: told.secrets,
    }))
}

/// A rotation as it is told.
pub fn record(rotation: Rotation) -> RotationRecord {
    RotationRecord {
        secret: rotation.secret,
        version: rotation.version,
        how: rotation.how,
        risk: rotation.risk,
        owner: rotation.owner,
        due_at: rotation.due_at,
        request: rotation.request,
        state: rotation.state,
        settled: rotation.settled,
    }
}

/// An Owner accepts that a value stays as it is.
pub async fn accept(
    State(app): State<Shared>,
    Id(id): Id<CaseId>,
    caller: Caller,
    Json(call): Json<AcceptRotation>,
) -> Result<axum::Json<RotationRecord>, Refusal> {
    let words = words::checked(&call.reason, MAX_REASON_BYTES)?;
    let job = job::<RotationRecord, _>(move |change| {
        Box::pin(async move { stays(change, &caller, id, call.secret, words).await })
    });
    app.sequencer.change(job).await.map(axum::Json)
}

async fn stays(
    change: &mut Change,
    caller: &Caller,
    id: CaseId,
    secret: SecretId,
    words: String,
) -> Result<RotationRecord, Stop> {
    let acting = change.admit(caller, KIND).await?;
    let mut policies = demanded(change, &acting, KIND, Object::default()).await?;
    let case = change.db().case(id).await?;
    let rotation = change.db().case_rotation(id, secret).await?;
    let (Some(case), Some(rotation)) = (case, rotation) else {
        return Err(change.unknown(&acting, KIND, id));
    };
    // What an Owner holds and no Offboarder does.
    let root = change.db().root_scope().await?.ok_or(Code::Internal)?;
    let place = change.place(root.id).await?.ok_or(Code::Internal)?;
    let owner = change.decide(&acting, Action::PolicyManage, &place).await?;
    policies.extend(owner.policies());
    let event = event(change, Some(acting.who), KIND, &case).decided_by(policies);
    let event = count(event, "risk", usize::from(rotation.risk.number()));
    if !owner.decision.allowed {
        return Err(change.refuse(event, Code::Forbidden));
    }
    if rotation.state != RotationState::Open {
        return Err(change.refuse(event, Code::WrongState));
    }
    let settled = Settled {
        at: change.now(),
        by: Some(acting.who.principal),
        version: None,
        words: Some(words.clone()),
    };
    change
        .db()
        .settle_rotation(id, secret, RotationState::Accepted, &settled)
        .await?;
    let object = Object {
        secret: Some(secret),
        version: Some(rotation.version),
        ..Object::default()
    };
    change.record(label(event, "state", "accepted").on(object).because(words));
    settle::settle(change, case).await?;
    let settled = change.db().case_rotation(id, secret).await?;
    Ok(settled.map(record).ok_or(Code::Internal)?)
}
