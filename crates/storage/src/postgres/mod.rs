//! PostgreSQL, shared by many servers.
//!
//! The queries stand in `tables/` and are compiled here with PostgreSQL's types and fragments.

mod open;

pub(crate) use open::open;

use crate::raw_id::RawId;

type Db = sqlx::Postgres;
type Row = sqlx::postgres::PgRow;
type Connection = sqlx::PgConnection;

/// Begins the transaction that will take the lock with its first statement.
const LOCK: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
/// Begins a read of one state.
const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// Takes the lock. The outer query is evaluated after the wait, so that the time is read under the lock.
const HEAD_UNDER_LOCK: &str = concat!(
    "SELECT ",
    head_columns!(),
    ", CAST(floor(extract(epoch FROM clock_timestamp()) * 1000) AS BIGINT) \
     FROM (SELECT * FROM log_head WHERE id = 1 FOR UPDATE) h"
);

/// Whether one query may hold several statements with values of their own.
const TOGETHER: bool = false;

/// `= any of` a bound list of ids or other bytes.
macro_rules! any {
    ($place:literal) => {
        concat!("= ANY(", $place, ")")
    };
}

/// A column by which no index need be chosen; PostgreSQL counts what is there and chooses for itself.
macro_rules! unindexed {
    ($column:literal) => {
        concat!("(", $column, ")")
    };
}

/// `= any of` a bound list of texts or numbers.
macro_rules! any_text {
    ($place:literal) => {
        concat!("= ANY(", $place, ")")
    };
}

/// Many rows as one text: an id and two numbers each, with commas between them.
macro_rules! packed {
    ($id:literal, $a:literal, $b:literal) => {
        concat!(
            "string_agg(encode(",
            $id,
            ", 'hex') || ' ' || ",
            $a,
            " || ' ' || ",
            $b,
            ", ',')"
        )
    };
}

/// A bound list of ids as the table `wanted (id)`.
macro_rules! wanted {
    ($place:literal) => {
        concat!("(SELECT unnest(", $place, ") AS id) AS wanted")
    };
}

/// A bound list of proofs, each a thumbprint of 32 bytes and a `jti`, as the table `wanted (jkt, jti)`.
macro_rules! wanted_proofs {
    ($place:literal) => {
        concat!(
            "(SELECT substring(proof FROM 1 FOR 32) AS jkt, substring(proof FROM 33) AS jti FROM unnest(",
            $place,
            ") AS proof) AS wanted"
        )
    };
}

#[path = "../tables/mod.rs"]
mod tables;

/// A list of bytes as one bound value.
fn list<'a>(items: impl Iterator<Item = &'a [u8]>) -> Vec<Vec<u8>> {
    items.map(<[u8]>::to_vec).collect()
}

/// A list of ids as one bound value.
fn ids<T: RawId>(ids: &[T]) -> Vec<Vec<u8>> {
    list(ids.iter().map(RawId::raw))
}

/// A list of texts as one bound value.
fn texts<'a>(items: impl Iterator<Item = &'a str>) -> Vec<String> {
    items.map(str::to_owned).collect()
}

/// A list of numbers as one bound value.
fn numbers(items: &[i64]) -> Vec<i64> {
    items.to_vec()
}
