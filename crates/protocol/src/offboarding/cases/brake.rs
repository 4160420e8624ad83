//! When a case waits for a second pair of eyes.

use claviger_model::ids::PrincipalId;
use serde::{Deserialize, Serialize};

/// People who can be on the list of the protected ones.
pub const MOST_PROTECTED: usize = 1_000;

/// `GET` and `PUT /v1/offboarding/settings`: the brake. Only Owners write it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OffboardingSettings {
    /// More people than this in an hour wait for a second pair of eyes.
    pub people_per_hour: u32,
    /// People who always wait for one.
    pub protected: Vec<PrincipalId>,
}

impl Default for OffboardingSettings {
    fn default() -> Self {
        Self {
            people_per_hour: 10,
            protected: Vec::new(),
        }
    }
}
