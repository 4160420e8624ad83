//! Orders to a device and their acknowledgements (rule 26).

use crate::{
    signed::{Signable, Signed},
    wire::Bytes,
};
use claviger_model::{
    ids::{DeviceId, OrderId, OrganizationId, ScopeId, SecretId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Signed by the server's orders key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Which organization orders.
    pub organization: OrganizationId,
    /// Which device obeys.
    pub device: DeviceId,
    /// Its id.
    pub order: OrderId,
    /// Counts the orders of this device, from 1, without gaps.
    pub seq: u64,
    /// When it was given.
    pub issued_at: Timestamp,
    /// What to destroy.
    pub targets: Vec<Target>,
}

impl Signable for Order {
    const TYPE: &'static str = "claviger-order-v1";
}

/// What to destroy.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what")]
pub enum Target {
    /// The leases of one secret; its name too when `names` says so.
    Secret {
        /// Which.
        secret: SecretId,
        /// Whether its name and path go as well.
        names: bool,
    },
    /// The leases of a scope and of what lies below.
    Scope {
        /// Which.
        scope: ScopeId,
        /// Whether names and paths go as well.
        names: bool,
    },
    /// All that the device holds of the organization, its keys included.
    Everything,
}

/// Signed by the device's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// Which organization.
    pub organization: OrganizationId,
    /// Which device.
    pub device: DeviceId,
    /// Which order.
    pub order: OrderId,
    /// SHA-256 over the order's canonical bytes.
    pub order_sha256: Bytes,
    /// The cache's generation after the keys were destroyed.
    pub cache_generation: u64,
    /// The newest entry of the device's journal; 0 for none.
    pub journal_seq: u64,
    /// SHA-256 of that entry's bytes; empty for none.
    pub journal_hash: Bytes,
}

impl Signable for Acknowledgement {
    const TYPE: &'static str = "claviger-acknowledgement-v1";
}

/// `POST /v1/device/orders`: a proof by the device's key is enough.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrdersCall {
    /// The last order that was carried out.
    pub after: u64,
}

/// Orders, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrdersReply {
    /// [`Order`]s, signed.
    pub orders: Vec<Signed>,
}
