//! The blast radius, page by page.

use super::{NamedDevice, NamedSecret, connected::FoundSystem};
use crate::{access::PlaceName, principals::PrincipalRecord, signed::Signable, wire::Bytes};
use claviger_model::{
    blast::{
        Alone, BlastRadius, DeviceAtHand, Drawable, KeyAtHand, Known, Numbers, Reached, Reacher, Risk,
        SessionAtHand, Suspect, Through, Waiting,
    },
    ids::{PrincipalId, ScopeId, SecretId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Entries of each list of a page at most, unless asked for fewer.
pub const PAGE: u32 = 500;

impl Signable for BlastRadius {
    const TYPE: &'static str = "claviger-blast-radius-v1";
}

/// `POST /v1/offboarding/radius`: for those who may conduct offboarding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RadiusCall {
    /// About whom or what.
    pub of: Suspect,
    /// Goes on with one of the long lists; the others are empty then. Without it, the first page of each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<After>,
    /// Entries of each list; none = [`PAGE`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// The last entry of a list that was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "list")]
pub enum After {
    /// Of the values that are known.
    Known {
        /// Its risk.
        risk: Risk,
        /// The secret.
        secret: SecretId,
    },
    /// Of the places that are reached.
    Reach {
        /// The place.
        scope: ScopeId,
    },
    /// Of those who reach a secret.
    Reachers {
        /// Who.
        principal: PrincipalId,
    },
    /// Of what nobody else answers for.
    Alone {
        /// How many were shown.
        shown: u32,
    },
}

/// Where the long lists go on; none where one is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Next {
    /// The values that are known.
    pub known: Option<After>,
    /// The places that are reached.
    pub reach: Option<After>,
    /// What nobody else answers for.
    pub alone: Option<After>,
    /// Those who reach a secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reachers: Option<After>,
}

/// A blast radius as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RadiusReply {
    /// About whom or what.
    pub of: Suspect,
    /// When.
    pub at: Timestamp,
    /// SHA-256 of the canonical form of all of it ([`BlastRadius`] as a signed object), not only of this page.
    pub digest: Bytes,
    /// All of it in numbers.
    pub numbers: Numbers,
    /// The values that are held and current, the riskiest first.
    pub known: Vec<Known>,
    /// Where values are reached.
    pub reach: Vec<Reached>,
    /// What nobody else answers for.
    pub alone: Vec<Alone>,
    /// Of a secret: who reaches its value now, and through what.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reachers: Vec<Reacher>,
    /// Grants; with the first page only, as all that follows.
    pub grants: Vec<Through>,
    /// Rights to emergency access.
    pub emergency: Vec<Drawable>,
    /// What waits.
    pub waiting: Vec<Waiting>,
    /// Devices.
    pub devices: Vec<DeviceAtHand>,
    /// Sessions.
    pub sessions: Vec<SessionAtHand>,
    /// Keys of services.
    pub keys: Vec<KeyAtHand>,
    /// Accounts of a person in connected systems, asked now; no part of the digest. With the first page only.
    #[serde(default)]
    pub connected: Vec<FoundSystem>,
    /// Where the lists go on.
    pub next: Next,
    /// Whom this page names.
    pub principals: Vec<PrincipalRecord>,
    /// Which places.
    pub scopes: Vec<PlaceName>,
    /// Which secrets.
    pub secrets: Vec<NamedSecret>,
    /// Which devices.
    pub named_devices: Vec<NamedDevice>,
}
