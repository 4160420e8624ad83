//! The report of a case: what somebody could reach and hold, what was taken from them and when, and the proofs of it.

use super::{
    NamedSecret,
    cases::{CaseRecord, EndedGrant, RotationRecord},
};
use crate::{
    access::PlaceName,
    log::HistoryEntry,
    principals::PrincipalRecord,
    signed::{Signable, Signed, SignedError, canonical, parse},
    wire::Bytes,
};
use claviger_model::{
    ids::{DeviceId, OrganizationId, PrincipalId, RoleId},
    offboarding::EffectKind,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Leaves of one report, those of the person and those of reads together.
pub const MOST_LEAVES: usize = 50_000;

/// `GET /v1/offboarding/cases/{case}/report`: the same report twice. Each stands for itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportReply {
    /// For programs: [`written`].
    pub json: String,
    /// For people: one page without anything from elsewhere, with the JSON in it.
    pub html: String,
}

/// What is signed, by the key for orders (rule 20).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Where.
    pub organization: OrganizationId,
    /// Its name.
    pub organization_name: String,
    /// The server.
    pub origin: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// For whom.
    pub made_by: PrincipalId,
    /// The case as it stood then.
    pub case: CaseRecord,
    /// The grants that it ended.
    pub grants: Vec<EndedGrant>,
    /// What else it did, thing by thing.
    pub effects: Vec<EffectLine>,
    /// The values that were held, the riskiest first, and what became of them.
    pub rotations: Vec<RotationRecord>,
    /// The devices' orders and signed words.
    pub devices: Vec<DeviceEvidence>,
    /// Whom it names, beyond the case itself.
    pub principals: Vec<PrincipalRecord>,
    /// Which roles.
    pub roles: Vec<NamedRole>,
    /// Which places.
    pub scopes: Vec<PlaceName>,
    /// Which secrets.
    pub secrets: Vec<NamedSecret>,
    /// The signed checkpoint that all leaves are proved against.
    pub checkpoint: String,
    /// Every leaf that concerns the person, from the opening of the case on, without a hole.
    pub history: Vec<HistoryEntry>,
    /// The leaves by which values that had to change had come to the person's devices.
    pub reads: Vec<HistoryEntry>,
}

impl Signable for Report {
    const TYPE: &'static str = "claviger-offboarding-report-v1";
}

/// That the case did something to one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffectLine {
    /// What.
    pub kind: EffectKind,
    /// To what: the 16 bytes of its id.
    pub object: Bytes,
    /// The heir of a secret or in a team, the order of a device.
    pub detail: Option<Bytes>,
    /// When.
    pub at: Timestamp,
    /// When it was given again.
    pub restored_at: Option<Timestamp>,
}

/// What stands behind a line about a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceEvidence {
    /// Which.
    pub device: DeviceId,
    /// Its ES256 key: the uncompressed point, 65 bytes.
    pub key: Bytes,
    /// The [`crate::order::Order`] to destroy everything.
    pub order: Signed,
    /// The device's [`crate::order::Acknowledgement`].
    pub acknowledgement: Option<Signed>,
}

/// A role that is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedRole {
    /// Its id.
    pub id: RoleId,
    /// Its name.
    pub name: String,
}

const BEGIN: &[u8] = b"{\"report\":";
const BETWEEN: &[u8] = b",\"signature\":\"";
const END: &[u8] = b"\"}";

/// The file of a report: canonical JSON `{"report": …, "signature": "…"}`, of which the signature covers the canonical bytes
/// of the report.
///
/// # Errors
/// When the report cannot be written as JSON.
pub fn written(report: &Report, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> Result<String, SignedError> {
    let body = canonical(report)?;
    let signature = String::from(Bytes(sign(&body)));
    let file = [BEGIN, &body, BETWEEN, signature.as_bytes(), END].concat();
    // JSON is UTF-8; what is not could not have been written.
    String::from_utf8(file).map_err(|_| SignedError::Type(Report::TYPE))
}

/// The bytes that are signed, and the signature, of a file in exactly the form of [`written`].
pub fn split(file: &str) -> Option<Signed> {
    let rest = file.as_bytes().strip_prefix(BEGIN)?.strip_suffix(END)?;
    let at = rest.len().checked_sub(SIGNATURE + BETWEEN.len())?;
    let (body, rest) = rest.split_at_checked(at)?;
    let signature = str::from_utf8(rest.strip_prefix(BETWEEN)?).ok()?;
    Some(Signed {
        body: body.to_vec().into(),
        signature: Bytes::try_from(signature.to_owned()).ok()?,
    })
}

/// 64 bytes of Ed25519 in base64url.
const SIGNATURE: usize = 86;

/// Reads a report whose signature was verified.
///
/// # Errors
/// When the bytes are no canonical form of one.
pub fn read(body: &[u8]) -> Result<Report, SignedError> {
    parse(body)
}
