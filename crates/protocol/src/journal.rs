//! The journal of offline reads (rule 25).

use crate::{
    secrets::SealedValue,
    signed::{Signable, Signed},
    wire::Bytes,
};
use claviger_model::{
    ids::{DeviceId, EventId, OrganizationId, SecretId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::release::Purpose;

/// An offline read, signed by the device before the value is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalEntry {
    /// Which organization.
    pub organization: OrganizationId,
    /// Which device.
    pub device: DeviceId,
    /// From 1, without gaps.
    pub seq: u64,
    /// SHA-256 of the bytes of the entry before; empty for the first.
    pub prev: Bytes,
    /// The release that is read again.
    pub lease: EventId,
    /// RFC 6962 leaf hash of that release.
    pub lease_leaf: Bytes,
    /// Which secret.
    pub secret: SecretId,
    /// Which version.
    pub version: u64,
    /// What for.
    pub purpose: Purpose,
    /// The device's time.
    pub at: Timestamp,
}

impl Signable for JournalEntry {
    const TYPE: &'static str = "claviger-journal-v1";
}

/// `POST /v1/device/journal`: a proof by the device's key is enough. Idempotent by (device, seq).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JournalCall {
    /// JSON array of [`Signed`] entries, oldest first, sealed to the server with the first entry's seq as the version.
    pub sealed: SealedValue,
    /// Number of the first entry.
    pub first: u64,
}

/// The plain text of [`JournalCall::sealed`].
pub type JournalBatch = Vec<Signed>;

/// How far the server has the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalReply {
    /// The newest entry that is stored.
    pub seq: u64,
}
