//! Writes of what cases do in connected systems.

use super::{
    cells::json_text,
    connected::{MAIL, USER_NAME},
    handle::Handle,
};
use crate::{
    Result,
    codes::Coded as _,
    connected::{ConnectedWrites, KnownBy},
    raw_id::{RawId as _, raw_or_null},
};
use async_trait::async_trait;
use claviger_model::{
    connected::{CaseAccount, CaseSystem, Presence},
    ids::CaseId,
    time::Timestamp,
};

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
