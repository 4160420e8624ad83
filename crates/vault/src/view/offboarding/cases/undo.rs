//! What a case ended, and what of it can be given again.

use crate::view::access::RoleRef;
use serde::{Deserialize, Serialize};
use specta::Type;

/// What the newest case of somebody ended, as far as one may give it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EndedOfView {
    /// The case.
    pub case: String,
    /// What it ended.
    pub access: EndedAccessView,
}

/// What a case ended that can be given again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EndedAccessView {
    /// Grants of their own.
    pub grants: Vec<EndedGrantView>,
    /// Teams that people here had put them into.
    pub teams: Vec<EndedTeamView>,
}

/// A membership of a team that a case ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EndedTeamView {
    /// The team.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether they were put into it again.
    pub restored: bool,
}

/// A grant that a case ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EndedGrantView {
    /// The grant.
    pub id: String,
    /// Its role.
    pub role: RoleRef,
    /// Where it was given.
    pub path: String,
    /// Until when it would have counted.
    pub ends_at: Option<i64>,
    /// What had to hold besides, in words.
    pub conditions: Vec<String>,
    /// Whether it was given again.
    pub restored: bool,
}
