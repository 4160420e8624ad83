//! Offboarding cases.

mod brake;
mod opening;
mod record;
mod rotations;
mod undo;

pub use brake::{MOST_PROTECTED, OffboardingSettings};
pub use opening::{
    ApproveCase, CancelCase, LonelyTeam, OpenCase, OpenedCase, Rehearsal, Rehearse, StartAt, TeamHolds,
};
pub use record::{
    BegunRecord, CaseDeviceRecord, CaseLine, CaseRecord, CaseVerb, CasesCall, CasesReply, EffectRecord,
    LeftTeam, MOST_HELD, MOST_LEFT, MOST_SERVICES, PAGE, StepRecord, Times,
};
pub use rotations::{AcceptRotation, AfterRotation, RotationRecord, RotationsCall, RotationsReply};
pub use undo::{
    EnablePerson, EndedGrant, EndedGrants, EndedOf, EndedTeam, MOST_RESTORED, RestoreGrants, RestoredGrants,
};
