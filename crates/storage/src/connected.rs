//! What cases take away in connected systems.

use crate::Result;
use async_trait::async_trait;
use claviger_model::{
    connected::{CaseAccount, CaseSystem, SystemName},
    ids::{AccountId, CaseId},
    time::Timestamp,
};

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
    /// Accounts of a system of which something is to be done by now, the longest due first.
    async fn accounts_due(
        &mut self,
        system: &SystemName,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<CaseAccount>>;
    /// How many systems and accounts of a case are not settled.
    async fn count_unsettled(&mut self, case: CaseId) -> Result<u64>;
}

/// Writes of what cases do in connected systems.
#[async_trait]
pub trait ConnectedWrites {
    /// Writes down that a system has to be asked; whether it was not yet.
    async fn insert_case_system(&mut self, system: &CaseSystem) -> Result<bool>;
    /// Writes where a system stands; whether it is there.
    async fn update_case_system(&mut self, system: &CaseSystem) -> Result<bool>;
    /// Writes down an account that was found; whether it was not yet.
    async fn insert_case_account(&mut self, account: &CaseAccount) -> Result<bool>;
    /// Writes where an account stands; whether it is there.
    async fn update_case_account(&mut self, account: &CaseAccount) -> Result<bool>;
}
