//! A person's own history and whether the log proves it.

use super::{list::SecretRef, state::LogState};
use serde::{Deserialize, Serialize};
use specta::Type;

/// History group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum HistoryGroup {
    /// Reads.
    Reads,
    /// Changes.
    Changes,
    /// Requests.
    Requests,
    /// Access.
    Access,
    /// Sign in.
    SignIn,
}

/// History action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum HistoryAction {
    /// Copied.
    Copied,
    /// Revealed.
    Revealed,
    /// Used.
    Used,
    /// Kept offline.
    KeptOffline,
    /// Created.
    Created,
    /// New version.
    NewVersion,
    /// Edited.
    Edited,
    /// Deleted.
    Deleted,
    /// Restored.
    Restored,
    /// Moved.
    Moved,
    /// Rotation requested.
    RotationRequested,
    /// Rotation done.
    RotationDone,
    /// Rotation refused.
    RotationRefused,
    /// Rotation withdrawn.
    RotationWithdrawn,
    /// Access requested.
    AccessRequested,
    /// Access approved, or one step towards it.
    AccessApproved,
    /// Access refused.
    AccessRefused,
    /// Access given.
    AccessGiven,
    /// Access ended.
    AccessEnded,
    /// A grant got an earlier end.
    AccessShortened,
    /// Somebody got a right to emergency access.
    EmergencyGiven,
    /// Such a right ended before its time.
    EmergencyEnded,
    /// Emergency access was drawn.
    EmergencyDrawn,
    /// Somebody else reviewed a draw.
    EmergencyReviewed,
    /// Purged.
    Purged,
    /// Signed in.
    SignedIn,
    /// Signed out.
    SignedOut,
    /// Session ended.
    SessionEnded,
    /// Device enrolled.
    DeviceEnrolled,
    /// Device ended.
    DeviceEnded,
    /// History exported.
    HistoryExported,
    /// A leaked value was looked up.
    LeakLookedUp,
    /// Something of an offboarding case.
    Offboarding,
    /// The identity provider was asked again.
    SignInChecked,
    /// The identity provider refused, so the session rests.
    SessionSuspended,
    /// A token or proof came a second time.
    ReplayDetected,
    /// Something was asked for that is not there or not for the person.
    AskedInVain,
    /// An account was made.
    AccountCreated,
    /// A name, state or team changed.
    AccountChanged,
    /// A scope was made or changed.
    PlaceChanged,
    /// A role or guardrail was made or changed.
    RulesChanged,
    /// A device was told to destroy copies.
    PurgeOrdered,
    /// A device's journal of offline reads has a gap or a contradiction.
    JournalDoubted,
    /// Something that this version of Claviger has no words for.
    Other,
}

/// Entry proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum EntryProof {
    /// In log.
    InLog,
    /// Not proved yet.
    Pending,
    /// Written down on this device; it waits to be sent.
    Unsent,
    /// Violated.
    Violated,
}

/// History row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HistoryRow {
    /// Id.
    pub id: String,
    /// At.
    pub at: i64,
    /// Action.
    pub action: HistoryAction,
    /// Group.
    pub group: HistoryGroup,
    /// Secret.
    pub secret: Option<SecretRef>,
    /// Version.
    pub version: Option<u32>,
    /// Somebody else who acted on what concerns this person.
    pub by: Option<String>,
    /// The program a value was handed to.
    pub program: Option<String>,
    /// Device.
    pub device: Option<String>,
    /// Address.
    pub address: Option<String>,
    /// Offline.
    pub offline: bool,
    /// Told by the device after the fact, not witnessed by the server.
    pub device_reported: bool,
    /// Why it was refused, in words; null when it was done.
    pub refused: Option<String>,
    /// Proof.
    pub proof: EntryProof,
}

/// History query.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HistoryQuery {
    /// From.
    pub from: i64,
    /// To.
    pub to: i64,
    /// Empty: all.
    pub groups: Vec<HistoryGroup>,
    /// Refused only.
    pub refused_only: bool,
    /// Secret.
    pub secret: Option<String>,
    /// Offset.
    pub offset: u32,
    /// Limit.
    pub limit: u32,
}

/// History page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HistoryPage {
    /// Total.
    pub total: u32,
    /// Offset.
    pub offset: u32,
    /// Newest first.
    pub rows: Vec<HistoryRow>,
    /// One for each local day of the range that has any entry, oldest first.
    pub days: Vec<DayCount>,
}

/// Day count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DayCount {
    /// Local date, `YYYY-MM-DD`.
    pub day: String,
    /// Reads.
    pub reads: u32,
    /// Changes.
    pub changes: u32,
    /// Other.
    pub other: u32,
    /// Refused.
    pub refused: u32,
}

/// Proof status.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProofStatus {
    /// Log.
    pub log: LogState,
    /// Entries of this person that were checked.
    pub entries: u32,
    /// Since.
    pub since: Option<i64>,
    /// Offline reads that wait on this device to be sent.
    pub pending: u32,
    /// Checked at.
    pub checked_at: Option<i64>,
    /// Checkpoint.
    pub checkpoint: Option<CheckpointView>,
    /// A witness has cosigned the checkpoint.
    pub witnessed: bool,
}

/// Checkpoint view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CheckpointView {
    /// Origin.
    pub origin: String,
    /// Size.
    pub size: u32,
    /// At.
    pub at: i64,
}

/// Export format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ExportFormat {
    /// Csv.
    Csv,
    /// Json.
    Json,
}

/// Export reply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ExportReply {
    /// Path.
    pub path: String,
    /// Rows.
    pub rows: u32,
}
