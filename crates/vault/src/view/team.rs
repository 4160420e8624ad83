//! Teams and who is in them.

use super::access::PrincipalView;
use serde::{Deserialize, Serialize};
use specta::Type;

/// Everybody that may be browsed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PeopleView {
    /// People, teams and services by name.
    pub principals: Vec<ListedPrincipal>,
    /// This person may make and change teams.
    pub may_manage_teams: bool,
}

/// Somebody in the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ListedPrincipal {
    /// Who.
    pub principal: PrincipalView,
    /// Names of the teams that they are in directly.
    pub teams: Vec<String>,
    /// Of a team, how many are in it directly.
    pub members: u32,
}

/// A team.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TeamView {
    /// Itself.
    pub team: PrincipalView,
    /// Directly in it, by name.
    pub members: Vec<TeamMember>,
    /// Names of the teams that it is in.
    pub within: Vec<String>,
    /// Groups of the identity provider that stand for it; only for those who may change it.
    pub groups: Vec<String>,
    /// This person may change it.
    pub may_manage: bool,
}

/// In a team.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TeamMember {
    /// Who.
    pub principal: PrincipalView,
    /// Put in by the identity provider's groups.
    pub by_provider: bool,
    /// Put in by somebody here.
    pub by_hand: bool,
}
