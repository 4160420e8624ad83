//! Usage by day.

use super::{
    Connection,
    cells::{Cells, all},
    handle::Handle,
    ids,
    rows::insert_then,
};
use crate::{
    Result, StorageError,
    raw_id::{RawId as _, int},
    usage::{Day, Tally, UsageEvent, UsageReads, Used, grants_in, reads_value},
};
use async_trait::async_trait;
use claviger_model::{
    event::EventKind,
    ids::{GrantId, PrincipalId, ScopeId, SecretId},
    time::Timestamp,
};

/// What follows the rows: counts are added to those that are there.
macro_rules! added {
    ($table:literal, $key:literal) => {
        concat!(
            " ON CONFLICT (",
            $key,
            ") DO UPDATE SET uses = ",
            $table,
            ".uses + excluded.uses, last_at = CASE WHEN excluded.last_at > ",
            $table,
            ".last_at THEN excluded.last_at ELSE ",
            $table,
            ".last_at END"
        )
    };
}

/// Drops days that are no longer recent, except for the newest one of each key, which says when the last use was.
macro_rules! pruned {
    ($table:literal, $same:literal) => {
        concat!(
            "DELETE FROM ",
            $table,
            " WHERE day < $1 AND EXISTS (SELECT 1 FROM ",
            $table,
            " n WHERE ",
            $same,
            " AND n.day > ",
            $table,
            ".day)"
        )
    };
}

#[async_trait]
impl UsageReads for Handle {
    async fn usage_mark(&mut self) -> Result<u64> {
        let row = sqlx::query("SELECT u.next_index FROM usage_mark u WHERE u.one = 1")
            .fetch_one(self.db())
            .await?;
        Cells::of(&row).number()
    }

    async fn usage_events(&mut self, from: u64, limit: u32) -> Result<(Vec<UsageEvent>, u64)> {
        let rows = sqlx::query(
            "SELECT e.idx, e.at, e.kind, e.outcome, e.actor, e.scope, e.secret, e.leaf FROM log_events e \
             WHERE e.idx >= $1 ORDER BY e.idx LIMIT $2",
        )
        .bind(int(from))
        .bind(i64::from(limit))
        .fetch_all(self.db())
        .await?;
        let events = all(&rows, event)?;
        let next = events
            .last()
            .map_or(from, |(event, _)| event.index.saturating_add(1));
        let done = events.into_iter().filter(|(_, done)| *done);
        Ok((done.map(|(event, _)| event).collect(), next))
    }

    async fn usage_of_grants(&mut self, grants: &[GrantId], since: Day) -> Result<Vec<(GrantId, Used)>> {
        let rows = sqlx::query(concat!(
            "SELECT u.grant_id, CAST(SUM(CASE WHEN u.day >= $2 THEN u.uses ELSE 0 END) AS BIGINT), MAX(u.last_at) \
             FROM usage_grants u WHERE u.grant_id ",
            any!("$1"),
            " GROUP BY u.grant_id"
        ))
        .bind(ids(grants))
        .bind(since.0)
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| Ok((cells.id()?, used(cells)?)))
    }

    async fn usage_of_places(
        &mut self,
        scopes: &[ScopeId],
        principals: &[PrincipalId],
        since: Day,
    ) -> Result<Vec<(ScopeId, PrincipalId, Used)>> {
        let rows = sqlx::query(concat!(
            "SELECT u.scope, u.principal, CAST(SUM(CASE WHEN u.day >= $3 THEN u.uses ELSE 0 END) AS BIGINT), \
             MAX(u.last_at) FROM usage_places u WHERE u.scope ",
            any!("$1"),
            " AND u.principal ",
            any!("$2"),
            " GROUP BY u.scope, u.principal"
        ))
        .bind(ids(scopes))
        .bind(ids(principals))
        .bind(since.0)
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| Ok((cells.id()?, cells.id()?, used(cells)?)))
    }

    async fn usage_of_secrets(&mut self, secrets: &[SecretId], since: Day) -> Result<Vec<(SecretId, Used)>> {
        let rows = sqlx::query(concat!(
            "SELECT u.secret, CAST(SUM(CASE WHEN u.day >= $2 THEN u.uses ELSE 0 END) AS BIGINT), MAX(u.last_at) \
             FROM usage_secrets u WHERE u.secret ",
            any!("$1"),
            " GROUP BY u.secret"
        ))
        .bind(ids(secrets))
        .bind(since.0)
        .fetch_all(self.db())
        .await?;
        all(&rows, |cells| Ok((cells.id()?, used(cells)?)))
    }
}

/// Adds a stretch's counts if it begins where the tables end; the mark moves in the same transaction, so that a stretch counts once.
pub async fn roll(db: &mut Connection, tally: &Tally) -> Result<bool> {
    let before: Day = {
        let row = sqlx::query("SELECT u.day FROM usage_mark u WHERE u.one = 1")
            .fetch_one(&mut *db)
            .await?;
        Day(Cells::of(&row).number()?)
    };
    let day = tally.newest().map_or(before, |day| day.max(before));
    let moved =
        sqlx::query("UPDATE usage_mark SET next_index = $2, day = $3 WHERE one = 1 AND next_index = $1")
            .bind(int(tally.from))
            .bind(int(tally.to))
            .bind(day.0)
            .execute(&mut *db)
            .await?;
    if moved.rows_affected() == 0 {
        return Ok(false);
    }
    add(db, tally).await?;
    if day > before {
        prune(db, day.recent_since()).await?;
    }
    Ok(true)
}

async fn add(db: &mut Connection, tally: &Tally) -> Result<()> {
    let grants: Vec<_> = tally.grants.iter().collect();
    insert_then(
        db,
        "INSERT INTO usage_grants (grant_id, day, uses, last_at) ",
        &grants,
        |row, ((grant, day), used)| {
            row.push_bind(grant.raw())
                .push_bind(day.0)
                .push_bind(int(used.recent))
                .push_bind(used.last_at.millis());
        },
        added!("usage_grants", "grant_id, day"),
    )
    .await?;
    let places: Vec<_> = tally.places.iter().collect();
    insert_then(
        db,
        "INSERT INTO usage_places (scope, principal, day, uses, last_at) ",
        &places,
        |row, ((scope, principal, day), used)| {
            row.push_bind(scope.raw())
                .push_bind(principal.raw())
                .push_bind(day.0)
                .push_bind(int(used.recent))
                .push_bind(used.last_at.millis());
        },
        added!("usage_places", "scope, principal, day"),
    )
    .await?;
    let secrets: Vec<_> = tally.secrets.iter().collect();
    insert_then(
        db,
        "INSERT INTO usage_secrets (secret, day, uses, last_at) ",
        &secrets,
        |row, ((secret, day), used)| {
            row.push_bind(secret.raw())
                .push_bind(day.0)
                .push_bind(int(used.recent))
                .push_bind(used.last_at.millis());
        },
        added!("usage_secrets", "secret, day"),
    )
    .await
}

async fn prune(db: &mut Connection, before: Day) -> Result<()> {
    for delete in [
        pruned!("usage_grants", "n.grant_id = usage_grants.grant_id"),
        pruned!(
            "usage_places",
            "n.scope = usage_places.scope AND n.principal = usage_places.principal"
        ),
        pruned!("usage_secrets", "n.secret = usage_secrets.secret"),
    ] {
        sqlx::query(delete).bind(before.0).execute(&mut *db).await?;
    }
    Ok(())
}

fn event(cells: &mut Cells<'_>) -> Result<(UsageEvent, bool), StorageError> {
    let (index, at) = (cells.number()?, cells.time()?);
    let (kind, outcome): (&str, &str) = (cells.take()?, cells.take()?);
    let kind = EventKind::from_code(kind);
    let reads = kind.is_some_and(reads_value);
    let done = outcome == "done";
    let (actor, scope, secret) = (cells.id_or_null()?, cells.id_or_null()?, cells.id_or_null()?);
    let leaf: &[u8] = cells.take()?;
    let grants = if done { grants_in(leaf) } else { Vec::new() };
    let event = UsageEvent {
        index,
        at,
        kind,
        reads_value: reads,
        actor,
        scope,
        secret,
        grants,
    };
    Ok((event, done))
}

fn used(cells: &mut Cells<'_>) -> Result<Used> {
    let recent = cells.number()?;
    let last_at: Timestamp = cells.time()?;
    Ok(Used { last_at, recent })
}
