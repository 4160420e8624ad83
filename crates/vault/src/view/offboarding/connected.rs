//! Accounts in connected systems as the page sees them.

use super::cases::CaseVoice;
use serde::{Deserialize, Serialize};
use specta::Type;

/// What a connected system is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ConnectedKind {
    /// Logins of a PostgreSQL server.
    Postgresql,
    /// An organization at GitHub.
    Github,
}

/// What a system says of the teams of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum FoundTeams {
    /// It told.
    Told {
        /// The names of the first ones.
        named: Vec<String>,
        /// How many more there are.
        more: u32,
    },
    /// It did not.
    Untold {
        /// Why, in words.
        said: String,
    },
}

/// An account that is there now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FoundAccount {
    /// What the system calls it.
    pub name: String,
    /// How it is there, in words, teams aside.
    pub places: Vec<String>,
    /// Its teams; null where it can be in none.
    pub teams: Option<FoundTeams>,
    /// Whether by the rules it would be somebody else's, too, so that a case would take it from nobody.
    pub ambiguous: bool,
}

/// What a connected system says of somebody now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FoundSystemView {
    /// What it is called here.
    pub system: String,
    /// What it is.
    pub kind: ConnectedKind,
    /// The accounts that are theirs.
    pub accounts: Vec<FoundAccount>,
    /// Why it could not be asked; null where it told.
    pub said: Option<String>,
}

/// Where an account of a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum AccountStands {
    /// It was found.
    Found,
    /// It cannot be used.
    Disabled,
    /// It was cleaned up; it is looked for again.
    Removed,
    /// It was looked for again and is gone.
    Gone,
    /// It was looked for again, exists, and cannot be used.
    Kept,
    /// An Owner accepts that it stays.
    Accepted,
}

/// An account that a case takes away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CaseAccountView {
    /// Its id here.
    pub id: String,
    /// What the system calls it.
    pub name: String,
    /// How it was there, in words.
    pub places: Vec<String>,
    /// Where it stands.
    pub stands: AccountStands,
    /// Why it stays though it cannot be used.
    pub kept: Option<String>,
    /// Why the last attempt failed; null where nothing fails.
    pub said: Option<String>,
    /// Since when it fails without a break.
    pub since: Option<i64>,
    /// When it is tried next; null when it is settled.
    pub next_at: Option<i64>,
    /// When it was found.
    pub found_at: i64,
    /// When it could not be used any more.
    pub disabled_at: Option<i64>,
    /// When it was cleaned up.
    pub removed_at: Option<i64>,
    /// When it was looked for again.
    pub verified_at: Option<i64>,
    /// That an Owner accepts that it stays.
    pub accepted: Option<CaseVoice>,
}

/// A system of a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CaseSystemView {
    /// What it is called here.
    pub system: String,
    /// What it is.
    pub kind: ConnectedKind,
    /// When it told which accounts are there; null before.
    pub asked_at: Option<i64>,
    /// Why it did not tell yet.
    pub said: Option<String>,
    /// Since when it does not.
    pub since: Option<i64>,
    /// When it is asked next; null when there is nothing left to ask.
    pub next_at: Option<i64>,
    /// That an Owner accepts that it was not asked.
    pub accepted: Option<CaseVoice>,
    /// The accounts that it told of.
    pub accounts: Vec<CaseAccountView>,
}
