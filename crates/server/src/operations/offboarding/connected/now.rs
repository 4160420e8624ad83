//! What connected systems say of somebody now, and what cases say of their accounts.

use crate::{
    app::App,
    connected::{
        System,
        others::{Others, everybody},
        rules::Known,
    },
    http::Refusal,
};
use claviger_connectors::FaultCode;
use claviger_model::{
    connected::{CaseAccount, CaseSystem, SystemName},
    ids::CaseId,
};
use claviger_protocol::offboarding::connected::{CaseAccountRecord, CaseSystemRecord, FoundSystem};
use claviger_storage::{Reader, StorageError};
use futures_util::future::join_all;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Nobody waits longer for a system that may be down.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks all systems at once; one that does not answer is told with its code. An account that would be somebody else's, too, is said
/// to be so.
///
/// # Errors
/// When the tables cannot be read.
pub async fn now(app: &App, known: &Known) -> Result<Vec<FoundSystem>, StorageError> {
    let asked = app.systems.iter();
    let mut found = join_all(asked.map(|(name, system)| one(name, system, known))).await;
    if found.iter().all(|system| system.accounts.is_empty()) {
        return Ok(found);
    }
    let people = everybody(&mut *app.store.reader().await?).await?;
    for told in &mut found {
        let Some(system) = app
            .systems
            .get(&told.system)
            .filter(|_| !told.accounts.is_empty())
        else {
            continue;
        };
        let others = Others::among(&people, &system.rules);
        let names = told.accounts.iter().map(|account| &account.name);
        told.ambiguous = names
            .filter(|name| others.has(name, known.person))
            .cloned()
            .collect();
    }
    Ok(found)
}

async fn one(name: &SystemName, system: &System, known: &Known) -> FoundSystem {
    let until = Instant::now() + PATIENCE;
    let (mut accounts, said) = match timeout_at(until, system.accounts_of(known)).await {
        Ok(Ok(accounts)) => (accounts, None),
        Ok(Err(fault)) => (Vec::new(), Some(fault.code)),
        Err(_) => (Vec::new(), Some(FaultCode::TimedOut)),
    };
    let teams = system.name_teams(&mut accounts, until).await;
    FoundSystem {
        system: name.clone(),
        kind: system.connector.kind(),
        accounts,
        ambiguous: Vec::new(),
        teams,
        said: said.map(|code| code.as_str().to_owned()),
    }
}

/// The systems of a case, each with its accounts.
///
/// # Errors
/// When the tables cannot be read.
pub async fn records(reader: &mut dyn Reader, case: CaseId) -> Result<Vec<CaseSystemRecord>, Refusal> {
    let systems = reader.case_systems(case).await?;
    if systems.is_empty() {
        return Ok(Vec::new());
    }
    let accounts = reader.case_accounts(case).await?;
    let of = |system: &SystemName| {
        let own = accounts.iter().filter(|account| account.system == *system);
        own.cloned().map(account_record).collect()
    };
    let record = |row: CaseSystem| CaseSystemRecord {
        accounts: of(&row.system),
        system: row.system,
        kind: row.kind,
        state: row.state,
        trying: row.trying,
        asked_at: row.asked_at,
        accepted: row.accepted,
    };
    Ok(systems.into_iter().map(record).collect())
}

fn account_record(row: CaseAccount) -> CaseAccountRecord {
    CaseAccountRecord {
        id: row.id,
        account: row.account,
        state: row.state,
        left: row.left,
        kept: row.kept,
        trying: row.trying,
        found_at: row.found_at,
        disabled_at: row.disabled_at,
        removed_at: row.removed_at,
        verified_at: row.verified_at,
        accepted: row.accepted,
    }
}
