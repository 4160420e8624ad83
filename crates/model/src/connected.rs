//! Connected systems: where people have accounts of their own beside what this server gives, and how those are taken away.

use crate::{
    ids::{AccountId, CaseId, PrincipalId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Accounts of one person in one system at most; beyond, a rule fits nobody in particular.
pub const MOST_NAMES: usize = 16;

/// A text that is no name of a connected system or of an account there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a system's name is 1 to 40 lower-case letters, digits and `-`; an account's is 1 to 254 bytes without control characters"
)]
pub struct NameError;

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident: $fits:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Takes a text that fits.
            ///
            /// # Errors
            /// When it does not.
            pub fn parse(text: &str) -> Result<Self, NameError> {
                let fits: fn(&str) -> bool = $fits;
                if fits(text) { Ok(Self(text.to_owned())) } else { Err(NameError) }
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;
            fn try_from(text: String) -> Result<Self, NameError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

texts! {
    /// What the configuration calls a connected system; begins with a letter, so that it can stand in a leaf as a label.
    SystemName: |text| {
        (1..=40).contains(&text.len())
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    /// What a connected system calls an account.
    AccountName: |text| (1..=254).contains(&text.len()) && !text.chars().any(char::is_control);
}

/// What a connected system is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SystemKind {
    /// Logins of a PostgreSQL server.
    Postgresql,
    /// An organization at GitHub: members, teams, outside collaborators, invitations.
    Github,
}

impl SystemKind {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Postgresql => "postgresql",
            Self::Github => "github",
        }
    }
}

/// How an account is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlaceKind {
    /// It can log in.
    Login,
    /// It can do everything there.
    Superuser,
    /// It is a member of the organization.
    Member,
    /// It is in a team.
    Team,
    /// It works on some repositories from outside.
    Collaborator,
    /// It is invited.
    Invitation,
}

/// A place that an account has in a system.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// How it is there.
    pub kind: PlaceKind,
    /// The team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// An account in a connected system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// What it is called there today.
    pub name: AccountName,
    /// What the system itself knows it by, which stays when the name changes. Below zero it is an invitation at GitHub, and no user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<i64>,
    /// How it is there.
    pub places: Vec<Place>,
}

/// What is left of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// It can still be used.
    There,
    /// It exists, cannot be used and is not in use.
    Disabled,
    /// There is nothing left of it.
    Gone,
}

/// Where an account of a leaver stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountState {
    /// It was found.
    Found,
    /// It cannot be used from now on.
    Disabled,
    /// It was cleaned up, as far as can be.
    Removed,
    /// It was looked for again, and is gone or cannot be used.
    Verified,
    /// An Owner accepts that it stays as it is.
    Accepted,
}

impl AccountState {
    /// Whether there is nothing left to do.
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Verified | Self::Accepted)
    }
}

/// Where a case stands with a whole system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AskedState {
    /// It has not told yet which accounts are there.
    Open,
    /// It told.
    Asked,
    /// An Owner accepts that it was not asked.
    Accepted,
}

/// How often something failed, and when it is tried again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Trying {
    /// How often it failed in a row.
    pub attempts: u32,
    /// When it is tried next.
    pub next_at: Timestamp,
    /// The stable code of the last failure; none while nothing failed.
    pub said: Option<String>,
    /// Since when it fails without a break.
    pub since: Option<Timestamp>,
}

/// That an Owner accepts something as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedAs {
    /// Who.
    pub by: PrincipalId,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

/// A system that a case has to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseSystem {
    /// Of which case.
    pub case: CaseId,
    /// Which.
    pub system: SystemName,
    /// What it is.
    pub kind: SystemKind,
    /// Where it stands.
    pub state: AskedState,
    /// How asking it went.
    pub trying: Trying,
    /// When it told.
    pub asked_at: Option<Timestamp>,
    /// That it was accepted.
    pub accepted: Option<AcceptedAs>,
}

/// An account that a case takes away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseAccount {
    /// Its id here.
    pub id: AccountId,
    /// Of which case.
    pub case: CaseId,
    /// In which system.
    pub system: SystemName,
    /// What the system calls it, as it was found.
    pub account: Account,
    /// Where it stands.
    pub state: AccountState,
    /// What was left of it when it was looked for last; told once it is verified.
    pub left: Option<Presence>,
    /// Why it stays though it cannot be used: a stable code.
    pub kept: Option<String>,
    /// How the last action went.
    pub trying: Trying,
    /// When it was found.
    pub found_at: Timestamp,
    /// When it could not be used any more.
    pub disabled_at: Option<Timestamp>,
    /// When it was cleaned up.
    pub removed_at: Option<Timestamp>,
    /// When it was looked for again.
    pub verified_at: Option<Timestamp>,
    /// That it was accepted.
    pub accepted: Option<AcceptedAs>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_systems_are_labels_and_names_of_accounts_are_one_line() {
        for good in ["warehouse", "github-main", "a", "db2"] {
            assert!(SystemName::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "Warehouse", "2db", "-a", "a b", "a_b", &"a".repeat(41)] {
            assert!(SystemName::parse(bad).is_err(), "{bad}");
        }
        assert!(AccountName::parse("we\"ird; DROP ROLE").is_ok());
        for bad in ["", "a\nb", "a\0b", &"a".repeat(255)] {
            assert!(AccountName::parse(bad).is_err(), "{bad:?}");
        }
    }
}
