//! Giving a grant (`POST /v1/grants`): delegation (rule 13) and the separation of duties.

use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    entitlement::{Epoch, Place},
    events::Event,
    http::Refusal,
    operations::words,
    sequencer::{Acting, Change, Stop, job},
    stream::Audience,
};
use axum::extract::State;
use claviger_ledger::leaf::Object;
use claviger_model::{
    action::Action,
    conditions::GrantConditions,
    event::EventKind,
    grant::{Grant, MAX_REASON_BYTES},
    principal::{Principal, PrincipalKind},
};
use claviger_policy::{
    assign::{AssignRefusal, Assignment, Giver, MayAssign},
    hours::zone_is_known,
};
use claviger_protocol::{grants::GiveGrant, problem::Code, stream::Hint};

const KIND: EventKind = EventKind::GrantGiven;

/// Gives a grant; a repeated call gives the same one.
pub async fn give(
    State(app): State<Shared>,
    caller: Caller,
    Json(mut call): Json<GiveGrant>,
) -> Result<axum::Json<Grant>, Refusal> {
    call.reason = words::checked(&call.reason, MAX_REASON_BYTES)?;
    if call
        .conditions
        .hours
        .as_ref()
        .is_some_and(|hours| !zone_is_known(&hours.zone))
    {
        return Err(Refusal::new(Code::BadRequest).detail("the time zone is not known"));
    }
    let job = job::<Grant, _>(move |change| Box::pin(async move { make(change, &caller, call).await }));
    app.sequencer.change(job).await.map(axum::Json)
}

async fn make(change: &mut Change, caller: &Caller, call: GiveGrant) -> Result<Grant, Stop> {
    let acting = change.admit(caller, KIND).await?;
    let Some(place) = change.place(call.scope).await? else {
        return Err(change.unknown(&acting, KIND, call.scope));
    };
    if !change
        .decide(&acting, Action::ScopeView, &place)
        .await?
        .decision
        .allowed
    {
        return Err(change.unknown(&acting, KIND, call.scope));
    }
    let receiver = change.db().principal(call.principal).await?;
    let Some(receiver) = receiver else {
        return Err(change.unknown(&acting, KIND, call.principal));
    };
    let receiver = Principal {
        id: receiver.id,
        name: receiver.name,
        state: receiver.state,
        nature: receiver.nature,
    };
    let may = match may_assign(change, &acting, &place, &receiver, &call).await? {
        Ok(may) => may,
        Err(refused) => return Err(refuse(change, &acting, &call, &refused)),
    };
    if let Some(known) = change.db().grant(call.id).await? {
        let same = known.principal == call.principal
            && known.role == call.role
            && known.scope == call.scope
            && known.granted_by == acting.who.principal;
        return if same {
            Ok(known)
        } else {
            Err(Code::Conflict.into())
        };
    }
    let grant = Grant {
        id: call.id,
        principal: call.principal,
        role: call.role,
        scope: call.scope,
        reason: call.reason.clone(),
        granted_by: acting.who.principal,
        granted_at: change.now(),
        not_before: call.not_before,
        expires_at: call.expires_at,
        conditions: GrantConditions::Known(call.conditions.clone()),
        ended: None,
    };
    change.db().insert_grant(&grant).await?;
    let policies = may.by.iter().map(ToString::to_string).collect();
    let event = event(change, &acting, &call)
        .decided_by(policies)
        .because(call.reason);
    change.record(event);
    let audience = match receiver.kind() {
        PrincipalKind::Team => Audience::Everyone,
        PrincipalKind::Person | PrincipalKind::Service => Audience::Person(receiver.id),
    };
    change.hint(audience, Hint::Sync);
    Ok(grant)
}

async fn may_assign(
    change: &mut Change,
    acting: &Acting,
    place: &Place,
    receiver: &Principal,
    call: &GiveGrant,
) -> Result<Result<MayAssign, AssignRefusal>, Stop> {
    let entitlements = change.entitlements();
    let epoch = Epoch::of(change.db()).await?;
    let engine = entitlements.engine(change.db(), epoch).await?;
    let subject = entitlements
        .subject(change.db(), epoch, &acting.principal, &acting.circumstances)
        .await?;
    let chain = &place.resource.chain;
    let grants: Vec<_> = subject
        .grants
        .iter()
        .filter(|grant| chain.contains(&grant.scope))
        .cloned()
        .collect();
    let giver = Giver {
        caller: &subject.caller,
        grants: &grants,
        circumstances: &acting.circumstances,
    };
    let assignment = Assignment {
        role: call.role,
        receiver,
        scope: &place.resource,
        not_before: call.not_before,
        expires_at: call.expires_at,
    };
    Ok(engine.may_assign(&giver, &assignment))
}

/// How somebody is told that they may not give this.
pub fn refusal(refused: &AssignRefusal) -> Refusal {
    let code = match refused {
        AssignRefusal::NotAllowed(_) | AssignRefusal::RoleNotGrantable | AssignRefusal::OwnerByOther => {
            Code::Forbidden
        }
        AssignRefusal::ToOneself | AssignRefusal::ToOwnTeam | AssignRefusal::ToOwnService => {
            Code::SeparationOfDuties
        }
        AssignRefusal::ReceiverInactive | AssignRefusal::NotForServices | AssignRefusal::OwnerIsAPerson => {
            Code::WrongState
        }
        AssignRefusal::UnknownRole => Code::NotFound,
        AssignRefusal::EndNeeded | AssignRefusal::EndBeforeStart => Code::BadRequest,
    };
    Refusal::new(code).detail(refused.to_string())
}

fn refuse(change: &Change, acting: &Acting, call: &GiveGrant, refused: &AssignRefusal) -> Stop {
    let refusal = refusal(refused);
    let event = event(change, acting, call).refused(refusal.code());
    Stop::Refused(refusal, Box::new(event))
}

fn event(change: &Change, acting: &Acting, call: &GiveGrant) -> Event {
    let object = Object {
        grant: Some(call.id),
        principal: Some(call.principal),
        role: Some(call.role),
        scope: Some(call.scope),
        ..Object::default()
    };
    change
        .event(acting.who, KIND)
        .on(object)
        .concerning(call.principal)
}
