//! Reads and writes of what cases do in connected systems.

use super::{
    cells::{Cells, all, json_text, one},
    handle::Handle,
};
use crate::{
    Result, StorageError,
    codes::Coded as _,
    connected::{ConnectedReads, ConnectedWrites, Failing, KnownBy, KnownPerson, Waiting},
    raw_id::{RawId as _, raw_or_null},
};
use async_trait::async_trait;
use claviger_model::{
    connected::{
        AcceptedAs, Account, AccountName, CaseAccount, CaseSystem, NameError, Presence, SystemName, Trying,
    },
    ids::{AccountId, CaseId, PrincipalId},
    time::Timestamp,
};

/// What of a person stands in `offboarding_known`.
const MAIL: &str = "mail";
const USER_NAME: &str = "user-name";

macro_rules! systems {
    ($condition:literal) => {
        concat!(
            "SELECT ",
            case_system_columns!(),
            " FROM offboarding_systems s WHERE ",
            $condition
        )
    };
}

macro_rules! accounts {
    ($condition:literal) => {
        concat!(
            "SELECT ",
            case_account_columns!(),
            " FROM offboarding_accounts k WHERE ",
            $condition
        )
    };
}

#[async_trait]
impl ConnectedReads for Handle {
    async fn case_systems(&mut self, case: CaseId) -> Result<Vec<CaseSystem>> {
        let rows = sqlx::query(systems!("s.offboarding = $1 ORDER BY s.system"))
            .bind(case.raw())
            .fetch_all(self.db())
            .await?;
        all(&rows, system)
    }

    async fn case_system(&mut self, case: CaseId, name: &SystemName) -> Result<Option<CaseSystem>> {
        let row = sqlx::query(systems!("s.offboarding = $1 AND s.system = $2"))
            .bind(case.raw())
            .bind(name.as_str())
            .fetch_optional(self.db())
            .await?;
        one(row.as_ref(), system)
    }

    async fn case_accounts(&mut self, case: CaseId) -> Result<Vec<CaseAccount>> {
        let rows = sqlx::query(accounts!("k.offboarding = $1 ORDER BY k.system, k.name"))
            .bind(case.raw())
            .fetch_all(self.db())
            .await?;
        all(&rows, account)
    }

    async fn case_account(&mut self, id: AccountId) -> Result<Option<CaseAccount>> {
        let row = sqlx::query(accounts!("k.id = $1"))
            .bind(id.raw())
            .fetch_optional(self.db())
            .await?;
        one(row.as_ref(), account)
    }

    async fn systems_with_due(&mut self, now: Timestamp) -> Result<Vec<SystemName>> {
        let names: Vec<String> = sqlx::query_scalar(
            "SELECT system FROM offboarding_systems WHERE state = 'open' AND next_at <= $1 \
             UNION SELECT system FROM offboarding_accounts \
             WHERE state IN ('found', 'disabled', 'removed') AND next_at <= $1 ORDER BY 1",
        )
        .bind(now.millis())
        .fetch_all(self.db())
        .await?;
        let parsed = names.iter().map(|name| named("system", SystemName::parse(name)));
        parsed.collect()
    }

    async fn systems_due(
        &mut self,
        system: &SystemName,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<CaseSystem>> {
        let rows = sqlx::query(systems!(
            "s.state = 'open' AND s.next_at <= $1 AND s.system = $3 ORDER BY s.next_at, s.offboarding LIMIT $2"
        ))
        .bind(now.millis())
        .bind(i64::from(limit))
        .bind(system.as_str())
        .fetch_all(self.db())
        .await?;
        all(&rows, self::system)
    }

    async fn accounts_due(
        &mut self,
        system: &SystemName,
        usable: bool,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<CaseAccount>> {
        let rows = sqlx::query(accounts!(
            "k.state IN ('found', 'disabled', 'removed') AND (k.state = 'found') = ($4 = 1) AND k.next_at <= $1 \
             AND k.system = $3 ORDER BY k.next_at, k.id LIMIT $2"
        ))
        .bind(now.millis())
        .bind(i64::from(limit))
        .bind(system.as_str())
        .bind(i64::from(usable))
        .fetch_all(self.db())
        .await?;
        all(&rows, account)
    }

    async fn connected_waiting(&mut self) -> Result<Vec<Waiting>> {
        let rows = sqlx::query(
            "SELECT system, kind, CAST(1 AS BIGINT), said, COUNT(*), MIN(since) FROM offboarding_systems WHERE state = 'open' \
             GROUP BY system, kind, said \
             UNION ALL SELECT k.system, s.kind, CAST(0 AS BIGINT), k.said, COUNT(*), MIN(k.since) FROM offboarding_accounts k \
             JOIN offboarding_systems s ON s.offboarding = k.offboarding AND s.system = k.system \
             WHERE k.state IN ('found', 'disabled', 'removed') GROUP BY k.system, s.kind, k.said ORDER BY 1, 2, 3, 4",
        )
        .fetch_all(self.db())
        .await?;
        all(&rows, waiting)
    }

    async fn connected_failing(&mut self) -> Result<Vec<Failing>> {
        let rows = sqlx::query(
            "SELECT f.system, f.offboarding, c.person, f.asking, f.said, f.since FROM ( \
             SELECT system, offboarding, CAST(1 AS BIGINT) AS asking, said, since FROM offboarding_systems \
             WHERE state = 'open' AND since IS NOT NULL \
             UNION ALL SELECT system, offboarding, CAST(0 AS BIGINT), said, MIN(since) FROM offboarding_accounts \
             WHERE state IN ('found', 'disabled', 'removed') AND since IS NOT NULL GROUP BY system, offboarding, said \
             ) f JOIN offboarding_cases c ON c.id = f.offboarding WHERE f.said IS NOT NULL \
             ORDER BY f.system, f.since, f.offboarding, f.asking, f.said",
        )
        .fetch_all(self.db())
        .await?;
        all(&rows, failing)
    }

    async fn known_people(&mut self, after: Option<PrincipalId>, limit: u32) -> Result<Vec<KnownPerson>> {
        let rows = sqlx::query(
            "SELECT p.id, p.name, p.state, m.address, u.user_name FROM principals p \
             LEFT JOIN mail_addresses m ON m.person = p.id LEFT JOIN scim_users u ON u.principal = p.id \
             WHERE p.kind = 'person' AND p.id > $1 ORDER BY p.id LIMIT $2",
        )
        .bind(raw_or_null(after.as_ref()).unwrap_or_default())
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        all(&rows, person)
    }

    async fn case_known(&mut self, case: CaseId) -> Result<KnownBy> {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT what, name FROM offboarding_known WHERE offboarding = $1 ORDER BY what, name",
        )
        .bind(case.raw())
        .fetch_all(self.db())
        .await?;
        let mut known = KnownBy::default();
        for (what, name) in rows {
            match what.as_str() {
                MAIL => known.mails.push(name),
                _ => known.user_names.push(name),
            }
        }
        Ok(known)
    }

    async fn count_unsettled(&mut self, case: CaseId) -> Result<u64> {
        let (number,): (i64,) = sqlx::query_as(
            "SELECT (SELECT COUNT(*) FROM offboarding_systems WHERE offboarding = $1 AND state = 'open') \
             + (SELECT COUNT(*) FROM offboarding_accounts WHERE offboarding = $1 \
                AND state IN ('found', 'disabled', 'removed'))",
        )
        .bind(case.raw())
        .fetch_one(self.db())
        .await?;
        Ok(u64::try_from(number).unwrap_or(0))
    }
}

#[async_trait]
impl ConnectedWrites for Handle {
    async fn add_case_known(&mut self, case: CaseId, known: &KnownBy) -> Result<()> {
        let mails = known.mails.iter().map(|name| (MAIL, name));
        let all = mails.chain(known.user_names.iter().map(|name| (USER_NAME, name)));
        for (what, name) in all {
            sqlx::query(
                "INSERT INTO offboarding_known (offboarding, what, name) VALUES ($1, $2, $3) \
                 ON CONFLICT (offboarding, what, name) DO NOTHING",
            )
            .bind(case.raw())
            .bind(what)
            .bind(name.as_str())
            .execute(self.db())
            .await?;
        }
        Ok(())
    }

    async fn clear_case_known(&mut self, case: CaseId) -> Result<()> {
        sqlx::query("DELETE FROM offboarding_known WHERE offboarding = $1")
            .bind(case.raw())
            .execute(self.db())
            .await?;
        Ok(())
    }

    async fn insert_case_system(&mut self, system: &CaseSystem) -> Result<bool> {
        let done = sqlx::query(
            "INSERT INTO offboarding_systems (offboarding, system, kind, state, attempts, next_at) \
             VALUES ($1, $2, $3, 'open', 0, $4) ON CONFLICT (offboarding, system) DO NOTHING",
        )
        .bind(system.case.raw())
        .bind(system.system.as_str())
        .bind(system.kind.text())
        .bind(system.trying.next_at.millis())
        .execute(self.db())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    async fn update_case_system(&mut self, system: &CaseSystem) -> Result<bool> {
        let accepted = system.accepted.as_ref();
        let done = sqlx::query(
            "UPDATE offboarding_systems SET state = $3, attempts = $4, next_at = $5, said = $6, since = $7, \
             asked_at = $8, accepted_by = $9, accepted_at = $10, reason = $11 WHERE offboarding = $1 AND system = $2",
        )
        .bind(system.case.raw())
        .bind(system.system.as_str())
        .bind(system.state.text())
        .bind(i64::from(system.trying.attempts))
        .bind(system.trying.next_at.millis())
        .bind(system.trying.said.as_deref())
        .bind(system.trying.since.map(Timestamp::millis))
        .bind(system.asked_at.map(Timestamp::millis))
        .bind(raw_or_null(accepted.map(|accepted| accepted.by).as_ref()))
        .bind(accepted.map(|accepted| accepted.at.millis()))
        .bind(accepted.map(|accepted| accepted.reason.as_str()))
        .execute(self.db())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    async fn insert_case_account(&mut self, account: &CaseAccount) -> Result<bool> {
        let done = sqlx::query(
            "INSERT INTO offboarding_accounts (id, offboarding, system, name, account_key, places, state, attempts, \
             next_at, found_at) VALUES ($1, $2, $3, $4, $5, $6, 'found', 0, $7, $8) \
             ON CONFLICT (offboarding, system, name) DO NOTHING",
        )
        .bind(account.id.raw())
        .bind(account.case.raw())
        .bind(account.system.as_str())
        .bind(account.account.name.as_str())
        .bind(account.account.key)
        .bind(json_text(&account.account.places)?)
        .bind(account.trying.next_at.millis())
        .bind(account.found_at.millis())
        .execute(self.db())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    async fn update_case_account(&mut self, account: &CaseAccount) -> Result<bool> {
        let accepted = account.accepted.as_ref();
        let done = sqlx::query(
            "UPDATE offboarding_accounts SET state = $2, presence = $3, kept = $4, attempts = $5, next_at = $6, \
             said = $7, since = $8, disabled_at = $9, removed_at = $10, verified_at = $11, accepted_by = $12, \
             accepted_at = $13, reason = $14 WHERE id = $1",
        )
        .bind(account.id.raw())
        .bind(account.state.text())
        .bind(account.left.map(Presence::text))
        .bind(account.kept.as_deref())
        .bind(i64::from(account.trying.attempts))
        .bind(account.trying.next_at.millis())
        .bind(account.trying.said.as_deref())
        .bind(account.trying.since.map(Timestamp::millis))
        .bind(account.disabled_at.map(Timestamp::millis))
        .bind(account.removed_at.map(Timestamp::millis))
        .bind(account.verified_at.map(Timestamp::millis))
        .bind(raw_or_null(accepted.map(|accepted| accepted.by).as_ref()))
        .bind(accepted.map(|accepted| accepted.at.millis()))
        .bind(accepted.map(|accepted| accepted.reason.as_str()))
        .execute(self.db())
        .await?;
        Ok(done.rows_affected() > 0)
    }
}

fn named<T>(column: &str, parsed: std::result::Result<T, NameError>) -> Result<T> {
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

fn person(cells: &mut Cells<'_>) -> Result<KnownPerson> {
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

fn waiting(cells: &mut Cells<'_>) -> Result<Waiting> {
    Ok(Waiting {
        system: named("system", SystemName::parse(cells.take()?))?,
        kind: cells.code()?,
        asking: cells.flag()?,
        said: cells.take()?,
        number: cells.number()?,
        since: cells.time_or_null()?,
    })
}

fn failing(cells: &mut Cells<'_>) -> Result<Failing> {
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
fn system(cells: &mut Cells<'_>) -> Result<CaseSystem> {
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
fn account(cells: &mut Cells<'_>) -> Result<CaseAccount> {
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
