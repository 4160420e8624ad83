//! What of GitHub's answers is read.

use serde::Deserialize;

/// A user (`simple-user`).
#[derive(Debug, Clone, Deserialize)]
pub struct User {
    /// Its name today.
    pub login: String,
    /// Stays when it is renamed.
    pub id: i64,
}

/// Whether somebody has come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MemberState {
    /// Yes.
    Active,
    /// Invited.
    Pending,
}

/// A membership of an organization (`org-membership`).
#[derive(Debug, Deserialize)]
pub struct Membership {
    /// Whether somebody has come in.
    pub state: MemberState,
    /// `admin` is an owner.
    pub role: String,
    /// Of whom.
    pub user: Option<User>,
}

/// A membership of a team (`team-membership`).
#[derive(Debug, Deserialize)]
pub struct TeamMembership {
    /// Pending counts as well.
    #[serde(rename = "state")]
    pub _state: MemberState,
}

/// A team.
#[derive(Debug, Deserialize)]
pub struct Team {
    /// Its name in URLs.
    pub slug: String,
}

/// An invitation (`organization-invitation`), of a login or of an address.
#[derive(Debug, Deserialize)]
pub struct Invitation {
    /// Its id.
    pub id: i64,
    /// Whom, where they have an account.
    pub login: Option<String>,
    /// Else their address.
    pub email: Option<String>,
}
