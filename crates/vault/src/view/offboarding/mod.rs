//! Offboarding as the page sees it: [`radius`] is what can be reached and is held, [`cases`] how it is taken away, [`connected`]
//! what of it is in other systems.

pub mod cases;
pub mod connected;
pub mod radius;

use super::{list::SecretRef, secret::SecretKind, state::PersonRef};
use serde::{Deserialize, Serialize};
use specta::Type;

/// What this person may do here, as far as this device knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OffboardingRights {
    /// Conduct offboarding at all.
    pub conduct: bool,
    /// Set the brake, and accept that a value stays as it is.
    pub own: bool,
    /// Enable somebody again.
    pub enable: bool,
    /// Give grants somewhere, so that ended ones can be given again there.
    pub give: bool,
}

/// How a value came to a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum HoldingWay {
    /// Injected into a process.
    Used,
    /// Kept for use without the server.
    Kept,
    /// Read without the server, as the device reported.
    ReadOffline,
    /// Copied.
    Copied,
    /// Shown.
    Revealed,
}

/// That a version of a value came to a device in one way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HoldingView {
    /// To whom.
    pub person: PersonRef,
    /// The device.
    pub device: String,
    /// Its name.
    pub device_name: String,
    /// In which way.
    pub way: HoldingWay,
    /// As which version.
    pub version: u32,
    /// How often.
    pub times: u32,
    /// The first time.
    pub first_at: i64,
    /// The last time.
    pub last_at: i64,
    /// Until when the device may keep it; null where it never was kept.
    pub kept_until: Option<i64>,
}

/// A secret of which something is said here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConcernedSecret {
    /// Which one.
    #[serde(flatten)]
    pub reference: SecretRef,
    /// What it is.
    pub kind: SecretKind,
    /// Whether it is in the bin; its value may still be good at its target.
    pub in_bin: bool,
}

/// A version that has or had a value that was looked up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LeakedVersionView {
    /// Of which secret.
    pub secret: ConcernedSecret,
    /// The version.
    pub version: u32,
    /// Whether it is the current one, so that the value has to be changed.
    pub current: bool,
    /// When it was written.
    pub written_at: i64,
    /// To whom it came, the last time first.
    pub holdings: Vec<HoldingView>,
}

/// What is known of a leaked value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LeakView {
    /// Where it stands and stood; empty for a value that was never here.
    pub versions: Vec<LeakedVersionView>,
    /// There is more than is listed.
    pub more: bool,
}
