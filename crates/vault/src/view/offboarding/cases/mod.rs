//! Offboarding cases as the page sees them.

mod brake;
mod case;
mod opening;
mod rotations;
mod steps;
mod undo;

pub use brake::{BrakeReason, BrakeView};
pub use case::{CaseBegun, CaseDeviceView, CaseRow, CaseStands, CaseTimes, CaseView, CaseVoice, CasesView};
pub use opening::{CaseDraft, CaseStart, OpenedCaseView, RehearsalView, StartDraft};
pub use rotations::{CaseRotation, CaseRotations, OwnerProgress, RotationStands};
pub use steps::{CaseEffect, CaseEffectKind, CaseStep, CaseStepKind, CaseStepState};
pub use undo::{EndedAccessView, EndedGrantView, EndedOfView, EndedTeamView};
