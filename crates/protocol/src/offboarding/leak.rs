//! The way back from a leaked value: the versions that had it, and everyone who held it (rule 38).

use super::{NamedDevice, NamedSecret};
use crate::{access::PlaceName, principals::PrincipalRecord, secrets::SealedValue};
use claviger_model::{
    blast::Holding,
    ids::{EventId, SecretId},
    secret::Stage,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Look-ups of one person in an hour; more would be guessing.
pub const MOST_IN_AN_HOUR: usize = 60;

/// Versions of one answer at most, those first that are current.
pub const MOST_VERSIONS: usize = 500;
/// Ways in which a value came to somebody, of one answer at most, the latest first.
pub const MOST_HOLDINGS: usize = 2_000;

/// `POST /v1/offboarding/leak`: for those who may conduct offboarding. Each is an event; the value is kept nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeakCall {
    /// Chosen by the caller: the event that this look-up becomes. The value is sealed for it, so that a look-up counts once.
    pub event: EventId,
    /// The leaked value, sealed to the server by the calling device.
    pub value: SealedValue,
}

/// A version that has or had the value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeakedVersion {
    /// The secret.
    pub secret: SecretId,
    /// The version.
    pub version: u64,
    /// Where it stands; a current one has to be changed.
    pub stage: Stage,
    /// When it was written.
    pub created_at: Timestamp,
}

/// What is known of a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeakReply {
    /// Where it stands and stood; empty for a value that was never here.
    pub versions: Vec<LeakedVersion>,
    /// To whom it came, the latest first.
    pub holdings: Vec<Holding>,
    /// Whether there is more of either than one answer lists.
    #[serde(default)]
    pub more: bool,
    /// Whom these name.
    pub principals: Vec<PrincipalRecord>,
    /// Which places.
    pub scopes: Vec<PlaceName>,
    /// Which secrets.
    pub secrets: Vec<NamedSecret>,
    /// Which devices.
    pub named_devices: Vec<NamedDevice>,
}
