//! Who am I, and where am I signed in.

use crate::principals::PrincipalRecord;
use claviger_model::{
    action::Action,
    ids::{DeviceId, SessionId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// `GET /v1/me`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// The person.
    pub person: PrincipalRecord,
    /// Teams, nested ones too.
    pub teams: Vec<PrincipalRecord>,
    /// This session.
    pub session: SessionRecord,
    /// This device.
    pub device: DeviceId,
    /// What may be done at the organization itself; decides which controls exist.
    pub actions: Vec<Action>,
}

/// A session, as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRecord {
    /// Its id.
    pub id: SessionId,
    /// Where.
    pub device: DeviceId,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ends at the latest.
    pub ends_at: Timestamp,
    /// When it last called.
    pub seen_at: Timestamp,
    /// From where it last called.
    pub address: Option<String>,
    /// Whether it is the one that asks.
    pub this: bool,
}

/// A device's state (rule 26).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceState {
    /// In use.
    Active,
    /// Reaches only its orders, acknowledgements and journal.
    Ending,
    /// Done.
    Ended,
}

/// A device, as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceRecord {
    /// Its id.
    pub id: DeviceId,
    /// As its owner calls it.
    pub name: String,
    /// Operating system.
    pub platform: String,
    /// Its state.
    pub state: DeviceState,
    /// When it was enrolled.
    pub enrolled_at: Timestamp,
    /// When it last called.
    pub seen_at: Timestamp,
    /// Leases that have not ended.
    pub leases: u64,
    /// Whether it is the one that asks.
    pub this: bool,
}

/// `GET /v1/sessions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionsReply {
    /// Living sessions, newest first.
    pub sessions: Vec<SessionRecord>,
    /// Devices, ended ones of the last 30 days too.
    pub devices: Vec<DeviceRecord>,
}
