//! The exchange of an assertion for a token, and what the token is good for.

mod assertions;
mod limits;
mod tokens;

use super::*;
use claviger_ledger::leaf::Leaf;
use claviger_storage::log::{LogEntry, LogFilter};

async fn events(house: &House, subject: PrincipalId) -> Vec<(LogEntry, Leaf)> {
    let mut reader = house.app.store.reader().await.unwrap();
    let filter = LogFilter {
        subject: Some(subject),
        ..LogFilter::default()
    };
    let mut entries = reader.events_matching(&filter, None, 1_000).await.unwrap();
    entries.sort_by_key(|entry| entry.index);
    entries
        .into_iter()
        .map(|entry| {
            let leaf = Leaf::parse(&entry.leaf).unwrap();
            (entry, leaf)
        })
        .collect()
}
