//! What cases take away in connected systems.

use crate::Result;
use async_trait::async_trait;
use claviger_model::{
    connected::{CaseAccount, CaseSystem, SystemKind, SystemName},
    ids::{AccountId, CaseId, PrincipalId},
    name::Name,
    principal::PrincipalState,
    time::Timestamp,
};

/// What waits for a connected system, as far as it is alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// For which.
    pub system: SystemName,
    /// What it is.
    pub kind: SystemKind,
    /// Whether these are cases to which it has not told yet which accounts are there; else they are accounts.
    pub asking: bool,
    /// The stable code of the last failure; none where nothing failed.
    pub said: Option<String>,
    /// How many.
    pub number: u64,
    /// Since when the first of them fails.
    pub since: Option<Timestamp>,
}

/// A case for which a connected system does not do what it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failing {
    /// Which system.
    pub system: SystemName,
    /// Which case.
    pub case: CaseId,
    /// Of whom.
    pub person: PrincipalId,
    /// Whether it has not told yet which accounts are there; else it fails with accounts.
    pub asking: bool,
    /// The stable code.
    pub said: String,
    /// Since when it is said.
    pub since: Timestamp,
}

/// What a person is known by beside their id: accounts in connected systems are found by it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KnownBy {
    /// Addresses that the provider vouches for, or did.
    pub mails: Vec<String>,
    /// User names of SCIM.
    pub user_names: Vec<String>,
}

/// A person with what they are known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownPerson {
    /// Who.
    pub id: PrincipalId,
    /// What they are called.
    pub name: Name,
    /// Whether they work here.
    pub state: PrincipalState,
    /// What they are known by today.
    pub by: KnownBy,
}

/// Reads of what cases do in connected systems.
#[async_trait]
pub trait ConnectedReads {
    /// The systems of a case, in the order of their names.
    async fn case_systems(&mut self, case: CaseId) -> Result<Vec<CaseSystem>>;
    /// One of them.
    async fn case_system(&mut self, case: CaseId, system: &SystemName) -> Result<Option<CaseSystem>>;
    /// The accounts of a case, in the order of systems and names.
    async fn case_accounts(&mut self, case: CaseId) -> Result<Vec<CaseAccount>>;
    /// One of them.
    async fn case_account(&mut self, id: AccountId) -> Result<Option<CaseAccount>>;
    /// The names of systems in which something is to be done by now.
    async fn systems_with_due(&mut self, now: Timestamp) -> Result<Vec<SystemName>>;
    /// The cases for which a system is to be asked by now, the longest due first.
    async fn systems_due(
        &mut self,
        system: &SystemName,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<CaseSystem>>;
    /// Accounts of a system of which something is to be done by now, the longest due first: those that can still be used, or the
    /// others.
    async fn accounts_due(
        &mut self,
        system: &SystemName,
        usable: bool,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<CaseAccount>>;
    /// What waits in all cases, system by system.
    async fn connected_waiting(&mut self) -> Result<Vec<Waiting>>;
    /// What fails in all cases, system by system, the longest failing first.
    async fn connected_failing(&mut self) -> Result<Vec<Failing>>;
    /// People in the order of their ids, after the given one, with what they are known by today.
    async fn known_people(&mut self, after: Option<PrincipalId>, limit: u32) -> Result<Vec<KnownPerson>>;
    /// What the person of a case was known by since it was opened; nothing once it is over.
    async fn case_known(&mut self, case: CaseId) -> Result<KnownBy>;
    /// How many systems and accounts of a case are not settled.
    async fn count_unsettled(&mut self, case: CaseId) -> Result<u64>;
}

/// Writes of what cases do in connected systems.
#[async_trait]
pub trait ConnectedWrites {
    /// Writes down what the person of a case is known by, beside what stands there.
    async fn add_case_known(&mut self, case: CaseId, known: &KnownBy) -> Result<()>;
    /// Forgets it.
    async fn clear_case_known(&mut self, case: CaseId) -> Result<()>;
    /// Writes down that a system has to be asked; whether it was not yet.
    async fn insert_case_system(&mut self, system: &CaseSystem) -> Result<bool>;
    /// Writes where a system stands; whether it is there.
    async fn update_case_system(&mut self, system: &CaseSystem) -> Result<bool>;
    /// Writes down an account that was found; whether it was not yet.
    async fn insert_case_account(&mut self, account: &CaseAccount) -> Result<bool>;
    /// Writes where an account stands; whether it is there.
    async fn update_case_account(&mut self, account: &CaseAccount) -> Result<bool>;
}
