//! Offboarding cases: their steps, what these did, the devices and rotations that they wait for.

use crate::{Digest, Result};
use async_trait::async_trait;
use claviger_model::{
    ids::{CaseId, DeviceId, OrderId, PrincipalId, RequestId, SecretId},
    offboarding::{
        Case, CaseDevice, Counted, Effect, EffectKind, Progress, Restored, Rotation, Settled, Step, Voice,
    },
    offboarding::{RotationState, StepKind},
    time::Timestamp,
};
use std::time::Duration;

/// Where a list of cases goes on: before this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BeforeCase {
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Its id.
    pub id: CaseId,
}

/// A case that a job has to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueCase {
    /// Since when.
    pub look_at: Timestamp,
    /// Its id.
    pub id: CaseId,
}

/// How many effects of a kind a case had, and how many of them were given again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EffectCount {
    /// Of which kind.
    pub kind: EffectKind,
    /// All of them.
    pub all: u64,
    /// Those that were given again.
    pub restored: u64,
}

/// How long something took, for measuring: from when, until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// Reads of cases.
#[async_trait]
pub trait CaseReads {
    /// One case.
    async fn case(&mut self, id: CaseId) -> Result<Option<Case>>;
    /// The case of a person that is not over, and that they have not come back from; there is one at most.
    async fn open_case_of(&mut self, person: PrincipalId) -> Result<Option<Case>>;
    /// The newest case of a person.
    async fn last_case_of(&mut self, person: PrincipalId) -> Result<Option<Case>>;
    /// Cases, newest first, before the given one; only those that are not over where asked so.
    async fn cases(&mut self, open: bool, before: Option<BeforeCase>, limit: u32) -> Result<Vec<Case>>;
    /// Cases that a job has to look at, the longest due first, after the given one. Only what names them is read, so that one that
    /// cannot be read holds up no other.
    async fn cases_due(&mut self, now: Timestamp, after: Option<DueCase>, limit: u32)
    -> Result<Vec<DueCase>>;
    /// The cases that have begun and are not over, whose person holds this value.
    async fn cases_holding(&mut self, fingerprint: &Digest) -> Result<Vec<Case>>;
    /// Whether a value that a person holds is current at a secret that a case has no rotation for.
    async fn is_any_unqueued(&mut self, case: CaseId, person: PrincipalId) -> Result<bool>;
    /// How many cases began since a moment or wait for a second pair of eyes since then.
    async fn cases_begun_since(&mut self, moment: Timestamp) -> Result<u64>;
    /// Others who asked for the same, in the order of time.
    async fn voices_of(&mut self, case: CaseId) -> Result<Vec<Voice>>;
    /// From the click until everything was refused, of the newest cases that began since a moment.
    async fn refusals_measured(&mut self, since: Timestamp, limit: u32) -> Result<Vec<Span>>;
    /// From the click until the device's word came, of the newest cases that began since a moment.
    async fn purges_measured(&mut self, since: Timestamp, limit: u32) -> Result<Vec<Span>>;
}

/// Reads of the steps of cases, of what they did, and of the devices that they wait for.
#[async_trait]
pub trait CaseStepReads {
    /// The steps of a case, in their order.
    async fn case_steps(&mut self, case: CaseId) -> Result<Vec<Step>>;
    /// What the steps did, in the order of kinds and ids, after the given one.
    async fn case_effects(
        &mut self,
        case: CaseId,
        after: Option<(EffectKind, [u8; 16])>,
        limit: u32,
    ) -> Result<Vec<Effect>>;
    /// What they did to one thing.
    async fn case_effect(
        &mut self,
        case: CaseId,
        kind: EffectKind,
        object: [u8; 16],
    ) -> Result<Option<Effect>>;
    /// How much they did of each kind.
    async fn count_effects(&mut self, case: CaseId) -> Result<Vec<EffectCount>>;
    /// The devices of a case, in the order of ids.
    async fn case_devices(&mut self, case: CaseId) -> Result<Vec<CaseDevice>>;
    /// The cases that are not over and wait for a device.
    async fn cases_of_device(&mut self, device: DeviceId) -> Result<Vec<CaseId>>;
}

/// Reads of the rotations that cases wait for.
#[async_trait]
pub trait RotationReads {
    /// The rotations of a case, the riskiest first, after the given risk and secret.
    async fn case_rotations(
        &mut self,
        case: CaseId,
        after: Option<(u8, SecretId)>,
        limit: u32,
    ) -> Result<Vec<Rotation>>;
    /// One rotation.
    async fn case_rotation(&mut self, case: CaseId, secret: SecretId) -> Result<Option<Rotation>>;
    /// The open rotations of a secret, of all cases.
    async fn open_rotations_of(&mut self, secret: SecretId) -> Result<Vec<Rotation>>;
    /// The rotation of a case, open or not, that a request asks for.
    async fn rotation_asked_by(&mut self, request: RequestId) -> Result<Option<Rotation>>;
    /// Open rotations whose due date lies after one moment and not after another, by due date, case and secret; where `again` is
    /// given, also those whose due date passed so long ago, or twice, three times as long, between these moments.
    async fn rotations_falling_due(
        &mut self,
        after: Timestamp,
        until: Timestamp,
        again: Option<Duration>,
        limit: u32,
    ) -> Result<Vec<Rotation>>;
    /// How many rotations of a case are open.
    async fn count_open_rotations(&mut self, case: CaseId) -> Result<u64>;
    /// How far the rotations are, owner by owner, in the order of owners.
    async fn rotation_progress(&mut self, case: CaseId) -> Result<Vec<Progress>>;
}

/// Writes of cases.
#[async_trait]
pub trait CaseWrites {
    /// Opens a case; [`crate::Conflict::AlreadyUsed`] while there is another one of this person, [`crate::Conflict::IdTaken`].
    async fn insert_case(&mut self, case: &Case) -> Result<()>;
    /// Writes everything of a case that can change; whether it exists.
    async fn update_case(&mut self, case: &Case) -> Result<bool>;
    /// Writes what was counted of a case that has begun without; what was counted before stays.
    async fn put_counted(&mut self, case: CaseId, counted: &Counted) -> Result<()>;
    /// Somebody else asks for the same; the first time counts, and that they altered it ever.
    async fn insert_voice(&mut self, case: CaseId, voice: &Voice) -> Result<()>;
    /// Makes a step or writes it anew.
    async fn put_step(&mut self, step: &Step) -> Result<()>;
    /// Notes what a step did; what is noted already stays as it is.
    async fn insert_effects(&mut self, effects: &[Effect]) -> Result<()>;
    /// Notes that something was given again; [`crate::Conflict::Changed`] when it was, or there is none.
    async fn restore_effect(
        &mut self,
        case: CaseId,
        kind: EffectKind,
        object: [u8; 16],
        restored: &Restored,
    ) -> Result<()>;
    /// Lets a case wait for a device.
    async fn insert_case_device(
        &mut self,
        case: CaseId,
        device: DeviceId,
        order: OrderId,
        leased_until: Timestamp,
    ) -> Result<()>;
    /// Queues rotations; those that are there stay as they are.
    async fn insert_rotations(&mut self, rotations: &[Rotation]) -> Result<()>;
    /// Opens a rotation again whose value had changed, and says when it is due now; whether there is one that had.
    async fn open_rotation_again(&mut self, rotation: &Rotation) -> Result<bool>;
    /// Settles a rotation; [`crate::Conflict::Changed`] when it is not open.
    async fn settle_rotation(
        &mut self,
        case: CaseId,
        secret: SecretId,
        state: RotationState,
        settled: &Settled,
    ) -> Result<()>;
}

/// The place of a step among all of them, for showing.
pub(crate) fn place(kind: StepKind) -> usize {
    StepKind::ALL
        .iter()
        .position(|step| *step == kind)
        .unwrap_or(usize::MAX)
}
