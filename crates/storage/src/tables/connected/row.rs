//! Rows of connected systems, cell by cell.

use super::super::cells::Cells;
use crate::{
    Result, StorageError,
    connected::{Failing, KnownBy, KnownPerson, Waiting},
};
use claviger_model::connected::{
    AcceptedAs, Account, AccountName, CaseAccount, CaseSystem, NameError, SystemName, Trying,
};

pub(super) fn named<T>(column: &str, parsed: std::result::Result<T, NameError>) -> Result<T> {
    parsed.map_err(|error| StorageError::Corrupt {
        column: column.to_owned(),
        source: Box::new(error),
    })
}

fn trying(cells: &mut Cells<'_>) -> Result<Trying> {
    Ok(Trying {
        attempts: cells.number()?,
        next_at: cells.time()?,
        said: cells.take()?,
        since: cells.time_or_null()?,
    })
}

fn accepted(cells: &mut Cells<'_>) -> Result<Option<AcceptedAs>> {
    let (by, at) = (cells.id_or_null()?, cells.time_or_null()?);
    let reason: Option<String> = cells.take()?;
    Ok(by.zip(at).map(|(by, at)| AcceptedAs {
        by,
        at,
        reason: reason.unwrap_or_default(),
    }))
}

pub(super) fn person(cells: &mut Cells<'_>) -> Result<KnownPerson> {
    Ok(KnownPerson {
        id: cells.id()?,
        name: cells.name()?,
        state: cells.code()?,
        by: KnownBy {
            mails: cells.take::<Option<String>>()?.into_iter().collect(),
            user_names: cells.take::<Option<String>>()?.into_iter().collect(),
        },
    })
}

pub(super) fn waiting(cells: &mut Cells<'_>) -> Result<Waiting> {
    Ok(Waiting {
        system: named("system", SystemName::parse(cells.take()?))?,
        kind: cells.code()?,
        asking: cells.flag()?,
        said: cells.take()?,
        number: cells.number()?,
        since: cells.time_or_null()?,
    })
}

pub(super) fn failing(cells: &mut Cells<'_>) -> Result<Failing> {
    Ok(Failing {
        system: named("system", SystemName::parse(cells.take()?))?,
        case: cells.id()?,
        person: cells.id()?,
        asking: cells.flag()?,
        said: cells.take()?,
        since: cells.time()?,
    })
}

/// Reads `case_system_columns!`.
pub(super) fn system(cells: &mut Cells<'_>) -> Result<CaseSystem> {
    Ok(CaseSystem {
        case: cells.id()?,
        system: named("system", SystemName::parse(cells.take()?))?,
        kind: cells.code()?,
        state: cells.code()?,
        trying: trying(cells)?,
        asked_at: cells.time_or_null()?,
        accepted: accepted(cells)?,
    })
}

/// Reads `case_account_columns!`.
pub(super) fn account(cells: &mut Cells<'_>) -> Result<CaseAccount> {
    let (id, case) = (cells.id()?, cells.id()?);
    let system = named("system", SystemName::parse(cells.take()?))?;
    let account = Account {
        name: named("name", AccountName::parse(cells.take()?))?,
        key: cells.take()?,
        places: cells.json()?,
    };
    Ok(CaseAccount {
        id,
        case,
        system,
        account,
        state: cells.code()?,
        left: cells.code_or_null()?,
        kept: cells.take()?,
        trying: trying(cells)?,
        found_at: cells.time()?,
        disabled_at: cells.time_or_null()?,
        removed_at: cells.time_or_null()?,
        verified_at: cells.time_or_null()?,
        accepted: accepted(cells)?,
    })
}
