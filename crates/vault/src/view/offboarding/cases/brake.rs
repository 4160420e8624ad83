//! When a case waits for a second pair of eyes.

use crate::view::state::PersonRef;
use serde::{Deserialize, Serialize};
use specta::Type;

/// Why a case waits for a second pair of eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum BrakeReason {
    /// The person is protected.
    Protected,
    /// More people than an hour may have.
    Many,
}

/// The brake.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BrakeView {
    /// More people than this in an hour wait for a second pair of eyes.
    pub people_per_hour: u32,
    /// People who always wait for one.
    pub protected: Vec<PersonRef>,
}
