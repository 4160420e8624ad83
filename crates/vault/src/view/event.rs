//! What the page is told without asking.

use super::state::AppState;
use serde::{Deserialize, Serialize};
use specta::Type;

/// An event for the page.
#[derive(Debug, Clone, PartialEq)]
pub enum HostEvent {
    /// `stateChanged`: the state of the app as a whole.
    StateChanged(Box<AppState>),
    /// `changed`: a hint to ask again.
    Changed(Changed),
    /// `clipboardCleared`.
    ClipboardCleared(ClipboardCleared),
    /// `orderExecuted`: a signed order took something away from this device.
    OrderExecuted(OrderExecuted),
}

/// A hint to ask again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Changed {
    /// What may look different.
    pub areas: Vec<ChangedArea>,
    /// Which secrets, where few are concerned; empty for many.
    pub secrets: Vec<String>,
}

/// A part of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ChangedArea {
    /// The tree.
    Places,
    /// Lists and details.
    Secrets,
    /// Requests.
    Requests,
    /// Emergency access.
    Emergency,
    /// One's own history.
    History,
    /// Devices and offline copies.
    Devices,
    /// Settings.
    Settings,
    /// Notices.
    Notices,
}

/// The clipboard holds the value no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ClipboardCleared {
    /// Why.
    pub reason: ClearReason,
}

/// Why the clipboard was cleared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ClearReason {
    /// Its time was over.
    Time,
    /// The person asked.
    Asked,
    /// Something else was copied.
    Replaced,
    /// The app was locked.
    Locked,
}

/// What an order took away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OrderExecuted {
    /// Path of the scope; empty where there is no single one.
    pub scope: String,
    /// Secrets whose names went.
    pub secrets: u32,
    /// Values that went.
    pub values: u32,
    /// When.
    pub at: i64,
}
