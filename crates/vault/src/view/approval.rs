//! How requests are approved at a place: by how many, and by which rules at once.

use super::{access::RoleRef, giving::GiveConditions, places::EnvironmentClass};
use serde::{Deserialize, Serialize};
use specta::Type;

/// What was set at a place, and what holds there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalSettings {
    /// Of what was set, handed back to change it.
    pub digest: String,
    /// Set here: by how many access has to be approved; null = as above it.
    pub steps: Option<u32>,
    /// What holds, with what is set above.
    pub steps_in_force: u32,
    /// Set here: whether rotations have to be approved; null = as above it.
    pub rotations: Option<bool>,
    /// What holds, with what is set above.
    pub rotations_in_force: bool,
    /// Set here, in their order.
    pub rules: Vec<ApprovalRule>,
    /// This person may change them.
    pub may_change: bool,
}

/// Approves at once what is asked for here or below.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalRule {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Access with this role; null for rotations.
    pub role: Option<RoleRef>,
    /// For at most so many seconds; null for rotations.
    pub most_seconds: Option<u32>,
    /// Names of the teams whose members it is for.
    pub teams: Vec<String>,
    /// Only in environments of these classes; empty for all.
    pub classes: Vec<EnvironmentClass>,
    /// Of what it gives, in words.
    pub conditions: Vec<String>,
    /// Who answers for it.
    pub author: String,
}

/// What shall be set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalEdit {
    /// [`ApprovalSettings::digest`] of what was shown.
    pub digest: String,
    /// By how many; null = as above it.
    pub steps: Option<u32>,
    /// Whether rotations have to be approved; null = as above it.
    pub rotations: Option<bool>,
    /// Ids of the rules that stay.
    pub keep: Vec<String>,
    /// Rules that come; whoever sets them answers for them.
    pub add: Vec<NewRule>,
}

/// A rule to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewRule {
    /// Name.
    pub name: String,
    /// Access with this role; null for rotations.
    pub role: Option<String>,
    /// For at most so many seconds.
    pub most_seconds: u32,
    /// Teams whose members it is for, by id.
    pub teams: Vec<String>,
    /// Only in environments of these classes; empty for all.
    pub classes: Vec<EnvironmentClass>,
    /// What must hold for what it gives to count; none for rotations.
    pub conditions: GiveConditions,
}
