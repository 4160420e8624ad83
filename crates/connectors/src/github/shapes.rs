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

impl User {
    /// Logins are the same in any case.
    pub fn is_called(&self, login: &str) -> bool {
        self.login.eq_ignore_ascii_case(login)
    }
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
    /// Whether there is one beside what teams of the enterprise give.
    #[serde(default)]
    pub direct_membership: Option<bool>,
    /// The teams of the enterprise that give it as well.
    #[serde(default)]
    pub enterprise_teams_providing_indirect_membership: Option<Vec<String>>,
}

impl Membership {
    /// Whether a team of the enterprise gives it, from which only the enterprise takes anybody.
    pub fn is_by_enterprise(&self) -> bool {
        let teams = self.enterprise_teams_providing_indirect_membership.as_ref();
        self.direct_membership == Some(false) || teams.is_some_and(|teams| !teams.is_empty())
    }

    /// Whether there is anything that the organization itself can take away.
    pub fn is_direct(&self) -> bool {
        self.direct_membership.unwrap_or(!self.is_by_enterprise())
    }
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

impl Invitation {
    /// Whether it is for a login or an address.
    pub fn is_for(&self, name: &str) -> bool {
        let names = [&self.login, &self.email];
        names
            .into_iter()
            .flatten()
            .any(|one| one.eq_ignore_ascii_case(name))
    }
}

/// What stands in a list, and is told from others there.
pub trait Entry {
    /// Its id.
    fn id(&self) -> i64;
}

impl Entry for User {
    fn id(&self) -> i64 {
        self.id
    }
}

impl Entry for Invitation {
    fn id(&self) -> i64 {
        self.id
    }
}
