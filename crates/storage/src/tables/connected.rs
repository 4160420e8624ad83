//! Reads of what cases do in connected systems.

mod row;

use super::{
    cells::{all, one},
    handle::Handle,
};
use crate::{
    Result,
    connected::{ConnectedReads, Failing, KnownBy, KnownPerson, Waiting},
    raw_id::{RawId as _, raw_or_null},
};
use async_trait::async_trait;
use claviger_model::{
    connected::{CaseAccount, CaseSystem, SystemName},
    ids::{AccountId, CaseId, PrincipalId},
    time::Timestamp,
};
use row::{account, failing, named, person, system, waiting};

/// What of a person stands in `offboarding_known`.
pub(super) const MAIL: &str = "mail";
pub(super) const USER_NAME: &str = "user-name";

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
        all(&rows, row::system)
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
