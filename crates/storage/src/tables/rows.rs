//! Many rows in few statements, and many statements in few round trips.

use super::{Connection, Db, TOGETHER};
use crate::Result;
use sqlx::{QueryBuilder, query_builder::Separated};

/// Rows in one statement at most, so that their cells stay below the drivers' limits.
const AT_ONCE: usize = 500;
/// Each number of rows is a statement of its own; large ones are rare, and would take much room among the prepared ones.
const KEPT_ROWS: usize = 500;

/// `INSERT INTO … (…)` with as many rows as there are.
pub async fn insert<T: Sync>(
    db: &mut Connection,
    into: &'static str,
    rows: &[T],
    cells: impl Fn(&mut Separated<'_, Db, &'static str>, &T) + Send + Sync,
) -> Result<()> {
    let mut inserts = Inserts::default();
    inserts.add(into, rows, cells);
    inserts.execute(db).await
}

/// Inserts into several tables; SQLite runs all of them in one round trip to its thread.
#[derive(Default)]
pub struct Inserts {
    queries: Vec<QueryBuilder<Db>>,
    rows: usize,
}

impl Inserts {
    /// Adds `INSERT INTO … (…)` with as many rows as there are; nothing where there are none.
    pub fn add<T>(
        &mut self,
        into: &'static str,
        rows: &[T],
        cells: impl Fn(&mut Separated<'_, Db, &'static str>, &T),
    ) {
        self.rows = self.rows.saturating_add(rows.len());
        for some in rows.chunks(AT_ONCE) {
            match self.queries.last_mut().filter(|_| TOGETHER) {
                Some(before) => {
                    before.push("; ").push(into);
                }
                None => self.queries.push(QueryBuilder::new(into)),
            }
            if let Some(query) = self.queries.last_mut() {
                query.push_values(some, |mut row, item| cells(&mut row, item));
            }
        }
    }

    /// Adds a statement after them, where it can be of the same round trip; says whether it was added.
    pub fn then(&mut self, statement: impl FnOnce(&mut QueryBuilder<Db>)) -> bool {
        match self.queries.last_mut().filter(|_| TOGETHER) {
            Some(query) => {
                query.push("; ");
                statement(query);
                true
            }
            None => false,
        }
    }

    /// Runs them in their order.
    pub async fn execute(self, db: &mut Connection) -> Result<()> {
        let kept = self.rows <= KEPT_ROWS;
        for mut query in self.queries {
            query.build().persistent(kept).execute(&mut *db).await?;
        }
        Ok(())
    }
}

/// `INSERT INTO … (…)` with as many rows as there are, then what follows them.
pub async fn insert_then<T: Sync>(
    db: &mut Connection,
    into: &'static str,
    rows: &[T],
    cells: impl Fn(&mut Separated<'_, Db, &'static str>, &T) + Send + Sync,
    then: &'static str,
) -> Result<()> {
    for some in rows.chunks(AT_ONCE) {
        let mut query = QueryBuilder::<Db>::new(into);
        query.push_values(some, |mut row, item| cells(&mut row, item));
        query.push(then);
        query
            .build()
            .persistent(rows.len() <= KEPT_ROWS)
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}
