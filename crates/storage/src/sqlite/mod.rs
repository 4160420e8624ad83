//! SQLite: one file, one writing connection, a few reading ones.
//!
//! The queries stand in `tables/` and are compiled here with SQLite's types and fragments.

mod checkpoints;
mod open;

pub(crate) use open::open;

use crate::raw_id::RawId;
use std::fmt::Write as _;

type Db = sqlx::Sqlite;
type Row = sqlx::sqlite::SqliteRow;
type Connection = sqlx::SqliteConnection;

/// Begins the transaction that holds the lock: no other writer from here on.
const LOCK: &str = "BEGIN IMMEDIATE";
/// Begins a read of one state.
const SNAPSHOT: &str = "BEGIN DEFERRED";
/// Reads the head; the database has no clock of its own.
const HEAD_UNDER_LOCK: &str = concat!("SELECT ", head_columns!(), ", 0 FROM log_head h WHERE h.id = 1");

/// Whether one query may hold several statements with values of their own.
const TOGETHER: bool = true;

/// `= any of` a bound list of ids or other bytes.
macro_rules! any {
    ($place:literal) => {
        concat!("IN (SELECT unhex(value) FROM json_each(", $place, "))")
    };
}

/// A column by which no index is to be chosen.
macro_rules! unindexed {
    ($column:literal) => {
        concat!("+", $column)
    };
}

/// `= any of` a bound list of texts or numbers.
macro_rules! any_text {
    ($place:literal) => {
        concat!("IN (SELECT value FROM json_each(", $place, "))")
    };
}

/// Many rows as one text: an id and two numbers each, with commas between them.
macro_rules! packed {
    ($id:literal, $a:literal, $b:literal) => {
        concat!(
            "group_concat(hex(",
            $id,
            ") || ' ' || ",
            $a,
            " || ' ' || ",
            $b,
            ")"
        )
    };
}

/// A bound list of ids as the table `wanted (id)`.
macro_rules! wanted {
    ($place:literal) => {
        concat!(
            "(SELECT unhex(value) AS id FROM json_each(",
            $place,
            ")) AS wanted"
        )
    };
}

/// A bound list of proofs, each a thumbprint of 32 bytes and a `jti`, as the table `wanted (jkt, jti)`.
macro_rules! wanted_proofs {
    ($place:literal) => {
        concat!(
            "(SELECT unhex(substr(value, 1, 64)) AS jkt, unhex(substr(value, 65)) AS jti FROM json_each(",
            $place,
            ")) AS wanted"
        )
    };
}

#[path = "../tables/mod.rs"]
mod tables;

/// A list of bytes as one bound value.
fn list<'a>(items: impl Iterator<Item = &'a [u8]>) -> String {
    let mut text = String::from("[");
    for item in items {
        text.push_str(if text.len() > 1 { ",\"" } else { "\"" });
        for byte in item {
            let _ = write!(text, "{byte:02x}");
        }
        text.push('"');
    }
    text.push(']');
    text
}

/// A list of ids as one bound value.
fn ids<T: RawId>(ids: &[T]) -> String {
    list(ids.iter().map(RawId::raw))
}

/// A list of texts as one bound value.
fn texts<'a>(items: impl Iterator<Item = &'a str>) -> String {
    serde_json::Value::from(items.collect::<Vec<_>>()).to_string()
}

/// A list of numbers as one bound value.
fn numbers(items: &[i64]) -> String {
    serde_json::Value::from(items).to_string()
}
