//! Devices, offline copies, settings.

use super::places::EnvironmentClass;
use serde::{Deserialize, Serialize};
use specta::Type;

/// What this device keeps of one place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LeaseSummary {
    /// Scope.
    pub place: String,
    /// Its path.
    pub path: String,
    /// Its class.
    pub class: EnvironmentClass,
    /// Values that can be read.
    pub values: u32,
    /// When the first of them ends.
    pub readable_until: i64,
    /// Asked for with "Keep for offline"; otherwise left by online use.
    pub kept: bool,
}

/// A device of the person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeviceView {
    /// Its id.
    pub id: String,
    /// As its owner calls it.
    pub name: String,
    /// Operating system.
    pub system: String,
    /// Whether it is this one.
    pub this_device: bool,
    /// Its state.
    pub state: DeviceState,
    /// When it was enrolled.
    pub enrolled_at: i64,
    /// When it last called.
    pub last_seen_at: i64,
    /// Offline copies that it may still hold.
    pub leases: u32,
    /// Sessions on it.
    pub sessions: Vec<DeviceSession>,
}

/// Where a device stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum DeviceState {
    /// In use.
    Active,
    /// Told to destroy everything, and did not report yet.
    Ending,
    /// Done.
    Ended,
}

/// A session on a device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeviceSession {
    /// Its id.
    pub id: String,
    /// Whether it is the one that asks.
    pub current: bool,
    /// When it began.
    pub started_at: i64,
    /// When it ends at the latest.
    pub ends_at: i64,
    /// When it last called.
    pub last_seen_at: i64,
    /// From where.
    pub address: Option<String>,
}

/// How the window looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Theme {
    /// As the desktop says.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
    /// High contrast.
    HighContrast,
}

/// What a person may set on this device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// How the window looks.
    pub theme: Theme,
    /// Minutes without activity, null for never.
    pub lock_after_minutes: Option<u32>,
    /// How long a copied value stays in the clipboard.
    pub clipboard_seconds: u32,
    /// How long a revealed value stays on screen.
    pub reveal_seconds: u32,
}
