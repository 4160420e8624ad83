//! What was done, by kind and day.

use super::{
    Connection,
    cells::{Cells, all},
    handle::Handle,
    rows::insert_then,
    texts,
};
use crate::{
    Result,
    deeds::{Deed, DeedReads, Deeds},
    raw_id::{RawId as _, int},
    usage::{Day, Used},
};
use async_trait::async_trait;
use claviger_model::event::EventKind;

#[async_trait]
impl DeedReads for Handle {
    async fn deeds_mark(&mut self) -> Result<u64> {
        let row = sqlx::query("SELECT m.next_index FROM usage_deeds_mark m WHERE m.one = 1")
            .fetch_one(self.db())
            .await?;
        Cells::of(&row).number()
    }

    async fn deeds(&mut self, kinds: &[EventKind], since: Day) -> Result<Vec<(Deed, Used)>> {
        let rows = sqlx::query(concat!(
            "SELECT u.scope, u.principal, u.kind, CAST(SUM(u.uses) AS BIGINT), MAX(u.last_at) FROM usage_deeds u \
             WHERE u.kind ",
            any_text!("$1"),
            " AND u.day >= $2 GROUP BY u.kind, u.scope, u.principal"
        ))
        .bind(texts(kinds.iter().map(|kind| kind.code())))
        .bind(since.0)
        .fetch_all(self.db())
        .await?;
        let read = all(&rows, |cells| {
            let (scope, principal) = (cells.id()?, cells.id()?);
            let kind = EventKind::from_code(cells.take()?);
            let (recent, last_at) = (cells.number()?, cells.time()?);
            let deed = kind.map(|kind| Deed {
                scope,
                principal,
                kind,
            });
            Ok(deed.map(|deed| (deed, Used { last_at, recent })))
        })?;
        Ok(read.into_iter().flatten().collect())
    }
}

/// Adds a stretch's counts if it begins where the table ends; the mark moves in the same transaction, so that a stretch counts once.
pub async fn roll(db: &mut Connection, deeds: &Deeds) -> Result<bool> {
    let row = sqlx::query("SELECT m.day FROM usage_deeds_mark m WHERE m.one = 1")
        .fetch_one(&mut *db)
        .await?;
    let before = Day(Cells::of(&row).number()?);
    let newest = deeds.counts.keys().map(|(_, day)| *day).max();
    let day = newest.map_or(before, |day| day.max(before));
    let moved = sqlx::query(
        "UPDATE usage_deeds_mark SET next_index = $2, day = $3 WHERE one = 1 AND next_index = $1",
    )
    .bind(int(deeds.from))
    .bind(int(deeds.to))
    .bind(day.0)
    .execute(&mut *db)
    .await?;
    if moved.rows_affected() == 0 {
        return Ok(false);
    }
    let rows: Vec<_> = deeds.counts.iter().collect();
    insert_then(
        db,
        "INSERT INTO usage_deeds (scope, principal, kind, day, uses, last_at) ",
        &rows,
        |row, ((deed, day), used)| {
            row.push_bind(deed.scope.raw())
                .push_bind(deed.principal.raw())
                .push_bind(deed.kind.code())
                .push_bind(day.0)
                .push_bind(int(used.recent))
                .push_bind(used.last_at.millis());
        },
        " ON CONFLICT (kind, scope, principal, day) DO UPDATE SET uses = usage_deeds.uses + excluded.uses, \
         last_at = CASE WHEN excluded.last_at > usage_deeds.last_at THEN excluded.last_at ELSE usage_deeds.last_at END",
    )
    .await?;
    if day > before {
        sqlx::query("DELETE FROM usage_deeds WHERE day < $1")
            .bind(day.recent_since().0)
            .execute(&mut *db)
            .await?;
    }
    Ok(true)
}
