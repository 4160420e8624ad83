//! Many rows in few statements.

use super::{Connection, Db};
use crate::Result;
use sqlx::{QueryBuilder, query_builder::Separated};

/// Rows in one statement at most, so that their cells stay below the drivers' limits.
const AT_ONCE: usize = 500;

/// `INSERT INTO … (…)` with as many rows as there are, then what follows them.
pub async fn insert<T: Sync>(
    db: &mut Connection,
    into: &'static str,
    rows: &[T],
    cells: impl Fn(&mut Separated<'_, Db, &'static str>, &T) + Send + Sync,
) -> Result<()> {
    for some in rows.chunks(AT_ONCE) {
        let mut query = QueryBuilder::<Db>::new(into);
        query.push_values(some, |mut row, item| cells(&mut row, item));
        query.build().execute(&mut *db).await?;
    }
    Ok(())
}
