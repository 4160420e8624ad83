//! Cases from the server's form to what people read.

use super::{
    connected,
    shown::{Named, numbers},
};
use crate::{
    cases::{access::shown::Shown, history, names},
    view::offboarding::cases::{
        BrakeReason, CaseBegun, CaseDeviceView, CaseEffect, CaseEffectKind, CaseRow, CaseStands, CaseStart,
        CaseStep, CaseStepKind, CaseStepState, CaseTimes, CaseView, CaseVoice, LeftTeamView, LonelyTeamView,
        OwnerProgress, TeamHoldsView,
    },
};
use claviger_model::{
    offboarding::{Brake, CaseState, Cause, EffectKind, Start, StepKind, StepState},
    time::Timestamp,
};
use claviger_protocol::offboarding::cases::{
    CaseDeviceRecord, CaseLine, CaseRecord, CaseVerb, EffectRecord, LeftTeam, LonelyTeam, StepRecord,
};

pub(super) fn row(shown: &Shown<'_>, case: &CaseLine) -> CaseRow {
    CaseRow {
        id: case.id.to_string(),
        person: shown.person(case.person),
        by_provider: case.cause == Cause::Provider,
        stands: stands(case.state),
        opened_by: case.opened_by.map(|by| shown.person(by)),
        opened_at: case.opened_at.millis(),
        start: case.start.as_ref().map(start),
        begun_at: case.begun_at.map(Timestamp::millis),
        brake: case.brake.map(brake),
        closed_at: case.closed_at.map(Timestamp::millis),
        open_rotations: names::number(case.open_rotations),
    }
}

pub(super) fn view(named: &Named<'_>, record: &CaseRecord) -> CaseView {
    let shown = named.shown;
    CaseView {
        id: record.id.to_string(),
        person: shown.principal(record.person),
        by_provider: record.cause == Cause::Provider,
        stands: stands(record.state),
        reason: record.reason.clone(),
        opened_by: record.opened_by.map(|by| shown.person(by)),
        opened_at: record.opened_at.millis(),
        heir: record.heir.map(|heir| shown.person(heir)),
        start: record.start.as_ref().map(start),
        brake: record.brake.map(brake),
        approved: record.approved.map(|approved| CaseVoice {
            by: Some(shown.person(approved.by)),
            at: approved.at.millis(),
            reason: None,
        }),
        begun: record.begun.as_ref().map(|begun| CaseBegun {
            clicked_at: begun.clicked_at.millis(),
            at: begun.at.millis(),
            refused_after_ms: names::number(begun.refused_after_ms),
            numbers: begun.numbers.as_ref().map(numbers),
        }),
        closed: record.closed.as_ref().map(|closed| CaseVoice {
            by: closed.by.map(|by| shown.person(by)),
            at: closed.at.millis(),
            reason: closed.reason.clone(),
        }),
        returned_at: record.returned_at.map(Timestamp::millis),
        undo_until: record.undo_until.map(Timestamp::millis),
        voices: record
            .voices
            .iter()
            .map(|voice| CaseVoice {
                by: Some(shown.person(voice.principal)),
                at: voice.at.millis(),
                reason: Some(voice.reason.clone()),
            })
            .collect(),
        steps: record.steps.iter().map(step).collect(),
        effects: record.effects.iter().map(effect).collect(),
        devices: record.devices.iter().map(|one| device(named, one)).collect(),
        acknowledged: CaseTimes {
            count: names::number(record.acknowledged.count),
            p50_ms: record.acknowledged.p50_ms.map(names::number),
            p99_ms: record.acknowledged.p99_ms.map(names::number),
        },
        owners: record
            .rotations
            .iter()
            .map(|progress| OwnerProgress {
                owner: progress.owner.map(|owner| shown.person(owner)),
                all: names::number(progress.all),
                open: names::number(progress.open),
                accepted: names::number(progress.accepted),
                due_at: progress.due_at.map(Timestamp::millis),
            })
            .collect(),
        connected: record
            .connected
            .iter()
            .map(|one| connected::system(named, one))
            .collect(),
        left: record.left.iter().map(|team| left(named, team)).collect(),
        left_more: record.left_more,
        may_approve: record.may.contains(&CaseVerb::Approve),
        may_cancel: record.may.contains(&CaseVerb::Cancel),
    }
}

fn left(named: &Named<'_>, record: &LeftTeam) -> LeftTeamView {
    let shown = named.shown;
    LeftTeamView {
        team: shown.person(record.team),
        since: record.since.millis(),
        services: record.services.iter().map(|one| shown.person(*one)).collect(),
        more_services: names::number(record.more_services),
    }
}

/// A team in which nobody would be left.
pub(super) fn lonely(shown: &Shown<'_>, record: &LonelyTeam) -> LonelyTeamView {
    LonelyTeamView {
        team: shown.person(record.team),
        services: record.services.iter().map(|one| shown.person(*one)).collect(),
        more_services: names::number(record.more_services),
        holds: record
            .holds
            .iter()
            .map(|held| TeamHoldsView {
                role: shown.role(held.role),
                path: shown.path(held.scope),
            })
            .collect(),
        more_holds: names::number(record.more_holds),
        heir_may: record.heir_may,
    }
}

fn device(named: &Named<'_>, record: &CaseDeviceRecord) -> CaseDeviceView {
    CaseDeviceView {
        id: record.device.to_string(),
        name: named.device_name(record.device),
        system: named
            .device(record.device)
            .map(|device| device.platform.clone())
            .unwrap_or_default(),
        ordered_at: record.ordered_at.millis(),
        leased_until: record.leased_until.millis(),
        acknowledged_at: record.acknowledged_at.map(Timestamp::millis),
        after_ms: record.after_ms.map(names::number),
    }
}

fn step(record: &StepRecord) -> CaseStep {
    CaseStep {
        kind: match record.kind {
            StepKind::Access => CaseStepKind::Access,
            StepKind::Grants => CaseStepKind::Grants,
            StepKind::Teams => CaseStepKind::Teams,
            StepKind::Requests => CaseStepKind::Requests,
            StepKind::Ownership => CaseStepKind::Ownership,
            StepKind::Rotations => CaseStepKind::Rotations,
            StepKind::Connected => CaseStepKind::Connected,
        },
        state: match record.state {
            StepState::Open => CaseStepState::Open,
            StepState::Failing => CaseStepState::Failing,
            StepState::Done => CaseStepState::Done,
        },
        attempts: record.attempts,
        said: record
            .said
            .as_deref()
            .filter(|code| !code.is_empty())
            .map(history::refusals::words),
        next_at: record.next_at.map(Timestamp::millis),
        done_at: record.done_at.map(Timestamp::millis),
    }
}

pub(super) fn effect(record: &EffectRecord) -> CaseEffect {
    CaseEffect {
        kind: match record.kind {
            EffectKind::Session => CaseEffectKind::Session,
            EffectKind::ServiceKey => CaseEffectKind::ServiceKey,
            EffectKind::Device => CaseEffectKind::Device,
            EffectKind::Grant => CaseEffectKind::Grant,
            EffectKind::EmergencyRight => CaseEffectKind::EmergencyRight,
            EffectKind::LocalTeam => CaseEffectKind::LocalTeam,
            EffectKind::ProviderTeam => CaseEffectKind::ProviderTeam,
            EffectKind::HeirTeam => CaseEffectKind::HeirTeam,
            EffectKind::TeamLeft => CaseEffectKind::TeamLeft,
            EffectKind::Request => CaseEffectKind::Request,
            EffectKind::Approval => CaseEffectKind::Approval,
            EffectKind::Proposal => CaseEffectKind::Proposal,
            EffectKind::SecretOwner => CaseEffectKind::SecretOwner,
            EffectKind::ConnectedAccount => CaseEffectKind::ConnectedAccount,
        },
        all: names::number(record.all),
        restored: names::number(record.restored),
    }
}

fn start(start: &Start) -> CaseStart {
    CaseStart {
        at: start.at.millis(),
        local: start.local.clone(),
        zone: start.zone.clone(),
    }
}

const fn stands(state: CaseState) -> CaseStands {
    match state {
        CaseState::Planned => CaseStands::Planned,
        CaseState::Braked => CaseStands::Braked,
        CaseState::Running => CaseStands::Running,
        CaseState::Waiting => CaseStands::Waiting,
        CaseState::Done => CaseStands::Done,
        CaseState::Cancelled => CaseStands::Cancelled,
    }
}

pub(super) const fn brake(brake: Brake) -> BrakeReason {
    match brake {
        Brake::Protected => BrakeReason::Protected,
        Brake::Many => BrakeReason::Many,
    }
}
