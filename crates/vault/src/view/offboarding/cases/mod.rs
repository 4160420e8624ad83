//! Offboarding cases as the page sees them.

mod brake;
mod case;
mod opening;
mod rotations;
mod steps;
mod undo;

pub use brake::{BrakeReason, BrakeView};
pub use case::{
    CaseBegun, CaseDeviceView, CaseRow, CaseStands, CaseTimes, CaseView, CaseVoice, CasesView, LeftTeamView,
};
pub use opening::{
    CaseDraft, CaseStart, LonelyTeamView, OpenedCaseView, RehearsalView, StartDraft, TeamHoldsView,
};
pub use rotations::{CaseRotation, CaseRotations, OwnerProgress, RotationStands};
pub use steps::{CaseEffect, CaseEffectKind, CaseStep, CaseStepKind, CaseStepState};
pub use undo::{EndedAccessView, EndedGrantView, EndedOfView, EndedTeamView};
