//! Offboarding cases: all of somebody's access is taken away, step by step, and what they hold is changed.

mod case;
mod devices;
mod rotations;
mod steps;

pub use case::{Approved, Begun, Brake, Case, CaseState, Cause, Closed, Counted, Start, UNDO_WITHIN, Voice};
pub use devices::CaseDevice;
pub use rotations::{Progress, Rotation, RotationState, Settled};
pub use steps::{Effect, EffectKind, Restored, Step, StepKind, StepState, rest_after};
