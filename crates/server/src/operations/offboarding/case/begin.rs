//! The one transaction from which on everything of a person is refused.

use super::{
    count, event,
    heir_teams::{self, HeirTeams},
    in_the_name_of, label, left, of_case,
};
use crate::{
    events::{Who, session_object},
    http::Refusal,
    operations::orders::{self, Targets},
    sequencer::{Change, Stop},
    stream::Audience,
};
use claviger_ledger::leaf::Object;
use claviger_model::{
    builtin_roles,
    event::EventKind,
    ids::{DeviceId, OrderId},
    offboarding::{Begun, Case, CaseState, Counted, Effect, EffectKind, Step, StepKind, StepState},
    principal::PrincipalState,
    time::Timestamp,
};
use claviger_protocol::{order::Target, problem::Code, stream::Hint};
use claviger_storage::{
    principals::Principal,
    services::KeyEnded,
    sessions::{Device, DeviceState, LogoutTarget},
};
use std::time::Duration;

/// How long a device keeps names after its last contact.
const NAMES: Duration = Duration::from_secs(7 * 24 * 3600);

/// Refuses everything of the person from the next call on, and orders their devices to destroy everything.
///
/// # Errors
/// When the organization would have no Owner, or the tables cannot be written.
pub async fn begin(
    change: &mut Change,
    case: &mut Case,
    who: Option<Who>,
    clicked_at: Timestamp,
    counted: Option<Counted>,
    heir: Option<&HeirTeams<'_>>,
) -> Result<(), Stop> {
    let now = change.now();
    let person = change.db().principal(case.person).await?.ok_or(Code::NotFound)?;
    disable(change, case, who, person).await?;
    if let Some(heir) = heir {
        heir_teams::put_in(change, case, heir).await?;
    }
    left::note(change, case, who).await?;
    let mut effects = sessions(change, case, who).await?;
    effects.extend(keys(change, case, who).await?);
    let (sessions, keys) = (
        of(&effects, EffectKind::Session),
        of(&effects, EffectKind::ServiceKey),
    );
    let devices = devices(change, case, who).await?;
    for (device, order, leased_until) in &devices {
        change
            .db()
            .insert_case_device(case.id, *device, *order, *leased_until)
            .await?;
        effects.push(Effect {
            detail: Some(*order.as_bytes()),
            ..effect(case, EffectKind::Device, *device.as_bytes(), now)
        });
    }
    change.db().insert_effects(&effects).await?;
    for kind in StepKind::ALL {
        let done = kind == StepKind::Access;
        let step = Step {
            case: case.id,
            kind,
            state: if done { StepState::Done } else { StepState::Open },
            attempts: 0,
            next_at: now,
            said: String::new(),
            done_at: done.then_some(now),
        };
        change.db().put_step(&step).await?;
    }
    case.state = CaseState::Running;
    case.begun = Some(Begun {
        clicked_at: clicked_at.min(now),
        at: now,
        counted,
    });
    case.look_at = Some(now);
    change.db().update_case(case).await?;
    let event = event(change, who, EventKind::OffboardingBegun, case);
    let event = count(event, "sessions", sessions);
    let event = count(count(event, "keys", keys), "devices", devices.len());
    change.record(event.because(case.reason.clone()));
    change.hint(Audience::Everyone, Hint::Sync);
    Ok(())
}

/// Something that a step did.
pub fn effect(case: &Case, kind: EffectKind, object: [u8; 16], at: Timestamp) -> Effect {
    Effect {
        case: case.id,
        kind,
        object,
        detail: None,
        at,
        restored: None,
    }
}

/// Whether the organization would be without an Owner if somebody were disabled. Nothing of it stays.
///
/// # Errors
/// When the tables cannot be read or written.
pub async fn is_last_owner(change: &mut Change, person: &Principal) -> Result<bool, Stop> {
    let (now, root) = (
        change.now(),
        change.db().root_scope().await?.ok_or(Code::Internal)?,
    );
    if !change
        .db()
        .anyone_holds(builtin_roles::OWNER, root.id, now)
        .await?
    {
        return Ok(false);
    }
    let without = Principal {
        state: PrincipalState::Disabled,
        ..person.clone()
    };
    change.db().update_principal(&without).await?;
    let left = change
        .db()
        .anyone_holds(builtin_roles::OWNER, root.id, now)
        .await?;
    change.db().update_principal(person).await?;
    Ok(!left)
}

async fn disable(change: &mut Change, case: &Case, who: Option<Who>, person: Principal) -> Result<(), Stop> {
    if is_last_owner(change, &person).await? {
        let event = event(change, who, EventKind::OffboardingBegun, case);
        return Err(change.refuse(event, Code::LastOwner));
    }
    let disabled = Principal {
        state: PrincipalState::Disabled,
        ..person
    };
    change.db().update_principal(&disabled).await?;
    let event = event(change, who, EventKind::PrincipalChanged, case);
    change.record(label(event, "state", "disabled"));
    Ok(())
}

async fn sessions(change: &mut Change, case: &Case, who: Option<Who>) -> Result<Vec<Effect>, Stop> {
    end_sessions(change, case, who, LogoutTarget::Principal(case.person)).await
}

async fn end_sessions(
    change: &mut Change,
    case: &Case,
    who: Option<Who>,
    target: LogoutTarget,
) -> Result<Vec<Effect>, Stop> {
    let now = change.now();
    let mut effects = Vec::new();
    for session in change.db().end_sessions(&target, now).await? {
        let event = match who {
            Some(who) => change.event(who, EventKind::SessionEnded),
            None => change.own_event(EventKind::SessionEnded),
        };
        let event = of_case(event, case).concerning(session.principal);
        change.record(event.on(session_object(session.id, session.device)));
        change.close_stream(session.id);
        effects.push(effect(case, EffectKind::Session, *session.id.as_bytes(), now));
    }
    Ok(effects)
}

/// Whoever made a key of a service may have its private half.
async fn keys(change: &mut Change, case: &Case, who: Option<Who>) -> Result<Vec<Effect>, Stop> {
    let now = change.now();
    let mut effects = Vec::new();
    for key in change.db().live_keys_made_by(case.person, now).await? {
        let ended = KeyEnded {
            at: now,
            by: in_the_name_of(case),
        };
        change.db().end_service_key(key.id, ended).await?;
        let object = Object {
            key: Some(key.id),
            principal: Some(key.service),
            ..Object::default()
        };
        let event = match who {
            Some(who) => change.event(who, EventKind::ServiceKeyEnded),
            None => change.own_event(EventKind::ServiceKeyEnded),
        };
        change.record(of_case(event, case).concerning(key.service).on(object));
        effects.push(effect(case, EffectKind::ServiceKey, *key.id.as_bytes(), now));
        effects.extend(end_sessions(change, case, who, LogoutTarget::Key(key.id)).await?);
    }
    Ok(effects)
}

/// Every device that may hold anything, with the order that tells it to destroy everything, and when an unmodified client that
/// never calls again has done so by itself.
async fn devices(
    change: &mut Change,
    case: &Case,
    who: Option<Who>,
) -> Result<Vec<(DeviceId, OrderId, Timestamp)>, Stop> {
    let now = change.now();
    let rows: Vec<Device> = change
        .db()
        .devices_of(case.person)
        .await?
        .into_iter()
        .filter(|device| device.state != DeviceState::Ended)
        .collect();
    let mut targets = Targets::new();
    for device in &rows {
        if device.state == DeviceState::Active {
            change
                .db()
                .set_device_state(device.id, DeviceState::Active, DeviceState::Ending)
                .await?;
            let object = Object {
                device: Some(device.id),
                ..Object::default()
            };
            let event = match who {
                Some(who) => change.event(who, EventKind::DeviceChanged),
                None => change.own_event(EventKind::DeviceChanged),
            };
            let event = of_case(event, case).on(object);
            change.record(event.fact("ending", claviger_ledger::leaf::Fact::Flag(true)));
        }
        if ordered(change, device.id).await?.is_none() {
            targets.insert(device.id, (case.person, vec![Target::Everything]));
        }
    }
    orders::issue(change, targets).await?;
    let mut devices = Vec::with_capacity(rows.len());
    for device in rows {
        let order = ordered(change, device.id).await?.ok_or(Code::Internal)?;
        let (_, leased_until) = change.db().leases_at_hand(device.id, now).await?;
        let names = device.seen_at.plus(NAMES);
        devices.push((
            device.id,
            order,
            leased_until.map_or(names, |until| until.max(names)),
        ));
    }
    Ok(devices)
}

/// The order to destroy everything that waits for a device.
async fn ordered(change: &mut Change, device: DeviceId) -> Result<Option<OrderId>, Stop> {
    let pending = change.db().pending_orders(device).await?;
    for order in pending.into_iter().rev() {
        let targets: Vec<Target> = serde_json::from_value(order.targets).map_err(Refusal::internal)?;
        if targets.contains(&Target::Everything) {
            return Ok(Some(order.id));
        }
    }
    Ok(None)
}

fn of(effects: &[Effect], kind: EffectKind) -> usize {
    effects.iter().filter(|effect| effect.kind == kind).count()
}
