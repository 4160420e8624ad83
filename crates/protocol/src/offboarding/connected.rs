//! Accounts of people in connected systems.

use claviger_model::{
    connected::{
        AcceptedAs, Account, AccountName, AccountState, AskedState, Presence, SystemKind, SystemName, Trying,
    },
    ids::AccountId,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// What a connected system says of the teams of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TeamsTold {
    /// It is in so many, of which the first ones are named among its places.
    In(u32),
    /// They were not told: a stable code.
    Untold(String),
}

/// The teams of an account that may be in some.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamsOf {
    /// Which account.
    pub account: AccountName,
    /// What is said of its teams.
    pub teams: TeamsTold,
}

/// What a connected system says of somebody now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundSystem {
    /// Which.
    pub system: SystemName,
    /// What it is.
    pub kind: SystemKind,
    /// The accounts that are theirs by the configured rules.
    pub accounts: Vec<Account>,
    /// Those of them that by the rules would be somebody else's, too: a case would take them from nobody, and wait for an Owner.
    #[serde(default)]
    pub ambiguous: Vec<AccountName>,
    /// Of those that may be in teams, in how many they are, or why that was not told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub teams: Vec<TeamsOf>,
    /// Why it could not be asked: a stable code. None: it told.
    pub said: Option<String>,
}

/// A system of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseSystemRecord {
    /// Which.
    pub system: SystemName,
    /// What it is.
    pub kind: SystemKind,
    /// Whether it told which accounts are there.
    pub state: AskedState,
    /// How asking it went.
    pub trying: Trying,
    /// When it told.
    pub asked_at: Option<Timestamp>,
    /// That an Owner accepts that it was not asked.
    pub accepted: Option<AcceptedAs>,
    /// The accounts that it told of.
    pub accounts: Vec<CaseAccountRecord>,
}

/// An account that a case takes away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseAccountRecord {
    /// Its id here.
    pub id: AccountId,
    /// What the system calls it.
    pub account: Account,
    /// Where it stands.
    pub state: AccountState,
    /// What was left of it when it was looked for last.
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
    /// That an Owner accepts that it stays as it is.
    pub accepted: Option<AcceptedAs>,
}

/// `POST /v1/offboarding/cases/{case}/accept-connected`: an Owner accepts that an account stays as it is, or that a system was not
/// asked. Answers with [`super::cases::CaseRecord`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptConnected {
    /// Which system.
    pub system: SystemName,
    /// Which account of it; none: the system itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// Why.
    pub reason: String,
}
