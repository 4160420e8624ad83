//! Devices, sessions and keys that somebody has.

use crate::{
    ids::{DeviceId, KeyId, PrincipalId, SessionId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// A device that may hold something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceAtHand {
    /// The device.
    pub device: DeviceId,
    /// Its last contact.
    pub seen_at: Timestamp,
    /// How many values it may keep now.
    pub leases: u64,
    /// When the longest of them ends.
    pub leased_until: Option<Timestamp>,
}

/// A session that lasts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionAtHand {
    /// The session.
    pub session: SessionId,
    /// On which device.
    pub device: DeviceId,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when at the longest.
    pub ends_at: Timestamp,
}

/// A living key of a service identity that they made, so that they may have its private half.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyAtHand {
    /// The key.
    pub key: KeyId,
    /// Whose.
    pub service: PrincipalId,
    /// Until when.
    pub ends_at: Timestamp,
    /// When it was last exchanged for a token.
    pub last_used_at: Option<Timestamp>,
}
