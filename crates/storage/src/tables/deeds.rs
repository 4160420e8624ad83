//! What was done, by kind and day.

use super::{Connection, cells::Cells, handle::Handle, rows::insert_then, texts};
use crate::{
    Result, StorageError,
    deeds::{Deed, DeedReads, Deeds},
    raw_id::{RawId as _, int},
    translate::said,
    usage::{Day, Used},
};
use async_trait::async_trait;
use claviger_model::{
    event::EventKind,
    ids::{PrincipalId, ScopeId},
    time::Timestamp,
};
use std::collections::{BTreeMap, HashMap};

#[async_trait]
impl DeedReads for Handle {
    async fn deeds_mark(&mut self) -> Result<u64> {
        let row = sqlx::query("SELECT m.next_index FROM usage_deeds_mark m WHERE m.one = 1")
            .fetch_one(self.db())
            .await?;
        Cells::of(&row).number()
    }

    async fn deeds(&mut self, kinds: &[EventKind], since: Day) -> Result<Vec<(Deed, Used)>> {
        let wanted = texts(kinds.iter().map(|kind| kind.code()));
        // Single rows take longer on their way than they take to be found.
        let rows = sqlx::query(concat!(
            "SELECT s.kind, s.scope, ",
            packed!("s.principal", "s.uses", "s.last_at"),
            " FROM usage_deeds_sums s WHERE s.kind ",
            any_text!("$1"),
            " GROUP BY s.kind, s.scope"
        ))
        .bind(&wanted)
        .fetch_all(self.db())
        .await?;
        let mut found = Vec::new();
        for row in &rows {
            unpack(&mut Cells::of(row), &mut found)?;
        }
        // Days that are over, until the job has taken them away.
        let over = sqlx::query("SELECT u.day FROM usage_deeds u WHERE u.day < $1 LIMIT 1")
            .bind(since.0)
            .fetch_optional(self.db())
            .await?;
        if over.is_none() {
            return Ok(found);
        }
        let rows = sqlx::query(concat!(
            "SELECT u.kind, u.scope, ",
            packed!("u.principal", "u.uses", "u.last_at"),
            " FROM usage_deeds u WHERE u.day < $2 AND u.kind ",
            any_text!("$1"),
            " GROUP BY u.kind, u.scope"
        ))
        .bind(&wanted)
        .bind(since.0)
        .fetch_all(self.db())
        .await?;
        let mut over = Vec::new();
        for row in &rows {
            unpack(&mut Cells::of(row), &mut over)?;
        }
        if !over.is_empty() {
            let mut gone: HashMap<Deed, u64> = HashMap::new();
            for (deed, used) in over {
                let sum = gone.entry(deed).or_default();
                *sum = sum.saturating_add(used.recent);
            }
            for (deed, used) in &mut found {
                let gone = gone.get(deed).copied().unwrap_or_default();
                used.recent = used.recent.saturating_sub(gone);
            }
            found.retain(|(_, used)| used.recent > 0);
        }
        Ok(found)
    }
}

/// Reads a kind, a place and who did it how often there.
fn unpack(cells: &mut Cells<'_>, found: &mut Vec<(Deed, Used)>) -> Result<()> {
    let kind = EventKind::from_code(cells.take()?);
    let scope = cells.id()?;
    let packed: &str = cells.take()?;
    // Kinds that this program does not know were counted by a newer one.
    let Some(kind) = kind else { return Ok(()) };
    for one in packed.split(',') {
        let (deed, used) = unpacked(one, scope, kind).ok_or_else(|| StorageError::Corrupt {
            column: "usage_deeds_sums".to_owned(),
            source: said("not an id and two numbers"),
        })?;
        found.push((deed, used));
    }
    Ok(())
}

fn unpacked(text: &str, scope: ScopeId, kind: EventKind) -> Option<(Deed, Used)> {
    let mut parts = text.split(' ');
    let (id, uses, last_at) = (parts.next()?, parts.next()?, parts.next()?);
    let id = u128::from_str_radix(id, 16).ok().filter(|_| id.len() == 32)?;
    let deed = Deed {
        scope,
        principal: PrincipalId::from_bytes(id.to_be_bytes()),
        kind,
    };
    let used = Used {
        recent: uses.parse().ok()?,
        last_at: Timestamp::from_millis(last_at.parse().ok()?),
    };
    Some((deed, used))
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
    let mut sums: BTreeMap<Deed, Used> = BTreeMap::new();
    for ((deed, _), used) in &deeds.counts {
        sums.entry(*deed)
            .and_modify(|sum| *sum = sum.and(*used))
            .or_insert(*used);
    }
    let sums: Vec<_> = sums.into_iter().collect();
    insert_then(
        db,
        "INSERT INTO usage_deeds_sums (kind, scope, principal, uses, last_at) ",
        &sums,
        |row, (deed, used)| {
            row.push_bind(deed.kind.code())
                .push_bind(deed.scope.raw())
                .push_bind(deed.principal.raw())
                .push_bind(int(used.recent))
                .push_bind(used.last_at.millis());
        },
        " ON CONFLICT (kind, scope, principal) DO UPDATE SET uses = usage_deeds_sums.uses + excluded.uses, \
         last_at = CASE WHEN excluded.last_at > usage_deeds_sums.last_at THEN excluded.last_at \
         ELSE usage_deeds_sums.last_at END",
    )
    .await?;
    if day > before {
        prune(db, day.recent_since()).await?;
    }
    Ok(true)
}

/// Takes away the days before one.
async fn prune(db: &mut Connection, since: Day) -> Result<()> {
    for statement in [
        "INSERT INTO usage_deeds_sums (kind, scope, principal, uses, last_at) \
         SELECT u.kind, u.scope, u.principal, CAST(-SUM(u.uses) AS BIGINT), 0 FROM usage_deeds u WHERE u.day < $1 \
         GROUP BY u.kind, u.scope, u.principal \
         ON CONFLICT (kind, scope, principal) DO UPDATE SET uses = usage_deeds_sums.uses + excluded.uses",
        "DELETE FROM usage_deeds WHERE day < $1",
    ] {
        sqlx::query(statement).bind(since.0).execute(&mut *db).await?;
    }
    sqlx::query("DELETE FROM usage_deeds_sums WHERE uses <= 0")
        .execute(&mut *db)
        .await?;
    Ok(())
}
