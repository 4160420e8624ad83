//! When a case is over: all steps are done, and every device, every value and every account in a connected system is.

use super::event;
use crate::sequencer::{Change, Stop};
use claviger_model::{
    event::EventKind,
    ids::{CaseId, DeviceId},
    offboarding::{Case, CaseState, Closed, StepState},
    time::Timestamp,
};

/// Looks at a case that has begun: what waits, until when, and whether anything does.
///
/// # Errors
/// When the tables cannot be read or written.
pub async fn settle(change: &mut Change, mut case: Case) -> Result<(), Stop> {
    if !matches!(case.state, CaseState::Running | CaseState::Waiting) {
        return Ok(());
    }
    let now = change.now();
    let steps = change.db().case_steps(case.id).await?;
    let next = steps
        .iter()
        .filter(|step| step.state != StepState::Done)
        .map(|step| step.next_at)
        .min();
    let before = (case.state, case.look_at);
    if next.is_some() {
        case.look_at = next;
    } else {
        let devices = change.db().case_devices(case.id).await?;
        let away: Option<Timestamp> = devices
            .iter()
            .filter(|device| !device.is_settled(now))
            .map(|device| device.leased_until)
            .min();
        let open = change.db().count_open_rotations(case.id).await?;
        case.look_at = away;
        let connected = change.db().count_unsettled(case.id).await?;
        case.state = if away.is_some() || open > 0 || connected > 0 {
            CaseState::Waiting
        } else {
            CaseState::Done
        };
    }
    if case.state == CaseState::Done {
        change.db().clear_case_known(case.id).await?;
        case.closed = Some(Closed {
            at: now,
            by: None,
            reason: None,
        });
        let event = event(change, None, EventKind::OffboardingDone, &case);
        change.record(event);
    }
    if before != (case.state, case.look_at) {
        change.db().update_case(&case).await?;
    }
    Ok(())
}

/// A device told that it has destroyed everything: the cases that wait for it are looked at.
///
/// # Errors
/// When the tables cannot be read or written.
pub async fn device_ended(change: &mut Change, device: DeviceId) -> Result<(), Stop> {
    let cases = change.db().cases_of_device(device).await?;
    all(change, cases).await
}

/// Looks at some cases.
///
/// # Errors
/// When the tables cannot be read or written.
pub async fn all(change: &mut Change, cases: Vec<CaseId>) -> Result<(), Stop> {
    for id in cases {
        if let Some(case) = change.db().case(id).await? {
            settle(change, case).await?;
        }
    }
    Ok(())
}
