//! A case as it is shown: its steps, what they did, what it waits for, and how long all of it took.

use super::{
    answer::{is_second, waits_for_approval},
    left::left,
};
use crate::{
    app::App,
    caller::Caller,
    http::Refusal,
    operations::offboarding::{connected::records, named::Names},
};
use claviger_model::{
    ids::{CaseId, PrincipalId},
    offboarding::{Case, CaseDevice, CaseState, EffectKind, StepState, UNDO_WITHIN, Voice},
};
use claviger_protocol::{
    offboarding::cases::{
        BegunRecord, CaseDeviceRecord, CaseRecord, CaseVerb, EffectRecord, StepRecord, Times,
    },
    problem::Code,
};
use claviger_storage::Reader;

/// A case that was just changed, as it was committed.
///
/// # Errors
/// When there is none, or the tables cannot be read.
pub async fn committed(app: &App, id: CaseId, caller: Option<&Caller>) -> Result<CaseRecord, Refusal> {
    let mut reader = app.store.snapshot().await?;
    let case = reader.case(id).await?.ok_or(Code::NotFound)?;
    record(&mut *reader, case, caller.map(|caller| caller.principal)).await
}

/// A case for somebody who conducts offboarding.
///
/// # Errors
/// When the tables cannot be read.
pub async fn record(
    reader: &mut dyn Reader,
    case: Case,
    asked_by: Option<PrincipalId>,
) -> Result<CaseRecord, Refusal> {
    let devices = reader.case_devices(case.id).await?;
    let devices: Vec<_> = devices
        .iter()
        .map(|device| device_record(&case, device))
        .collect();
    let steps = reader.case_steps(case.id).await?;
    let voices = reader.voices_of(case.id).await?;
    let rotations = reader.rotation_progress(case.id).await?;
    let connected = records(reader, case.id).await?;
    let mut effects = reader.count_effects(case.id).await?;
    effects.sort_by_key(|count| count.kind);
    let (left, left_more) = match effects.iter().any(|count| count.kind == EffectKind::TeamLeft) {
        true => left(reader, case.id).await?,
        false => (Vec::new(), false),
    };
    let mut names = Names::default();
    let people = [
        case.opened_by,
        case.heir,
        case.approved.map(|approved| approved.by),
    ];
    let closed_by = case.closed.as_ref().and_then(|closed| closed.by);
    let owners = rotations.iter().filter_map(|progress| progress.owner);
    names.person(case.person);
    for person in people.into_iter().flatten().chain(closed_by).chain(owners) {
        names.person(person);
    }
    for voice in &voices {
        names.person(voice.principal);
    }
    for system in &connected {
        let accounts = system
            .accounts
            .iter()
            .filter_map(|account| account.accepted.as_ref());
        for accepted in accounts.chain(&system.accepted) {
            names.person(accepted.by);
        }
    }
    for device in &devices {
        names.device(device.device);
    }
    for one in &left {
        names.person(one.team);
        one.services.iter().for_each(|service| names.person(*service));
    }
    let told = names.read(reader).await?;
    Ok(CaseRecord {
        may: asked_by.map_or_else(Vec::new, |by| may(&case, &voices, by)),
        returned_at: case.returned_at,
        undo_until: case.begun.map(|begun| begun.at.plus(UNDO_WITHIN)),
        begun: case.begun.map(|begun| BegunRecord {
            clicked_at: begun.clicked_at,
            at: begun.at,
            refused_after_ms: millis(begun.at.since(begun.clicked_at)),
            numbers: begun.counted.map(|counted| counted.numbers),
            digest: begun.counted.map(|counted| counted.digest.into()),
        }),
        acknowledged: Times::of(devices.iter().filter_map(|device| device.after_ms).collect()),
        devices,
        steps: steps
            .into_iter()
            .map(|step| StepRecord {
                kind: step.kind,
                state: step.state,
                attempts: step.attempts,
                said: Some(step.said).filter(|said| !said.is_empty()),
                next_at: (step.state != StepState::Done).then_some(step.next_at),
                done_at: step.done_at,
            })
            .collect(),
        effects: effects
            .into_iter()
            .map(|count| EffectRecord {
                kind: count.kind,
                all: count.all,
                restored: count.restored,
            })
            .collect(),
        rotations,
        connected,
        left,
        left_more,
        voices,
        id: case.id,
        person: case.person,
        cause: case.cause,
        state: case.state,
        reason: case.reason,
        opened_by: case.opened_by,
        opened_at: case.opened_at,
        heir: case.heir,
        start: case.start,
        brake: case.brake,
        approved: case.approved,
        closed: case.closed,
        principals: told.principals,
        named_devices: told.devices,
    })
}

fn device_record(case: &Case, device: &CaseDevice) -> CaseDeviceRecord {
    let clicked_at = case.begun.map_or(device.ordered_at, |begun| begun.clicked_at);
    CaseDeviceRecord {
        device: device.device,
        order: device.order,
        ordered_at: device.ordered_at,
        leased_until: device.leased_until,
        acknowledged_at: device.acknowledged_at,
        after_ms: device.acknowledged_at.map(|at| millis(at.since(clicked_at))),
    }
}

fn may(case: &Case, voices: &[Voice], by: PrincipalId) -> Vec<CaseVerb> {
    let mut verbs = Vec::new();
    if waits_for_approval(case) && is_second(case, voices, by) {
        verbs.push(CaseVerb::Approve);
    }
    if matches!(case.state, CaseState::Planned | CaseState::Braked) && case.person != by {
        verbs.push(CaseVerb::Cancel);
    }
    verbs
}

fn millis(span: std::time::Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
