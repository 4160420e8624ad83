//! Tokens of the identity provider's SCIM client.

use super::state::PersonRef;
use serde::{Deserialize, Serialize};
use specta::Type;

/// What the identity provider is given to say who is here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProvisioningView {
    /// The address that it is pointed to.
    pub base: String,
    /// The claim of the ID token that says what its `externalId` says.
    pub claim: String,
    /// Whether groups come from it too.
    pub groups: bool,
    /// Newest first, those that ended among them.
    pub tokens: Vec<ProvisioningTokenView>,
}

/// A token, without itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProvisioningTokenView {
    /// Its id.
    pub id: String,
    /// As people call it.
    pub name: String,
    /// Who made it.
    pub made_by: PersonRef,
    /// When.
    pub made_at: i64,
    /// When it ends by itself.
    pub ends_at: i64,
    /// When it was last used, to the minute or so.
    pub last_used_at: Option<i64>,
    /// Whether it came in place of another one.
    pub replaces: bool,
    /// When it was ended before its time.
    pub ended_at: Option<i64>,
}

/// A token to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProvisioningTokenDraft {
    /// As people will call it.
    pub name: String,
    /// How long it lasts, in days.
    pub days: u32,
}

/// A token to be made in place of another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProvisioningTokenTurn {
    /// How long the new one lasts, in days.
    pub days: u32,
    /// How long the one before goes on, in hours; 0 ends it at once.
    pub overlap_hours: u32,
}
