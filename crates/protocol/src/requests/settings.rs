//! How requests are approved at a scope.

use claviger_model::approval::RequestSettings;
use serde::{Deserialize, Serialize};

/// `GET /v1/scopes/{scope}/requests`: how requests are approved at a scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestSettingsReply {
    /// What is set here.
    pub here: RequestSettings,
    /// By how many people access has to be approved, with what is set above.
    pub steps: u32,
    /// Whether rotations have to be approved, with what is set above.
    pub rotations_need_approval: bool,
}

/// `PUT /v1/scopes/{scope}/requests`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetRequestSettings {
    /// As the caller read them; they are not written when they changed since.
    pub before: RequestSettings,
    /// As they shall be. The author of a rule that is new or differs is the caller.
    pub after: RequestSettings,
}
