//! Failed calls without a caller: counted by the minute, one event for each minute and code (rule 15).

use crate::{
    app::Shared,
    caller::address,
    http::Refusal,
    sequencer::{Change, Stop},
};
use claviger_ledger::{
    label::Label,
    leaf::{Fact, SOURCE_ADDRESS},
};
use claviger_model::{event::EventKind, time::Timestamp};
use claviger_protocol::problem::Code;
use claviger_storage::failures::FailureCount;
use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

/// Failures that no session answers for. Those of a known session are events of their own.
const COUNTED: &[Code] = &[
    Code::Unauthenticated,
    Code::BadProof,
    Code::UseNonce,
    Code::ProofReused,
    Code::BadIdToken,
    Code::BadChallenge,
    Code::BadRefresh,
    Code::BadAssertion,
    Code::KeyEnded,
    Code::WrongNetwork,
    Code::SessionEnded,
    Code::DeviceEnded,
    Code::BadBootstrap,
    Code::NoOwner,
];
/// Networks beyond this many in a minute are counted together.
const MAX_KEYS: usize = 4_096;
/// How a minute's remaining networks are named.
const OTHERS: &str = "others";
/// The most counts that one round puts into the log.
const ROUND: u32 = 10_000;
/// The most networks that one event names.
const NAMED: usize = 20;

/// Counts that are in this process's memory only.
#[derive(Debug, Default)]
pub struct Failures(Mutex<BTreeMap<Key, u64>>);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    minute: Timestamp,
    code: &'static str,
    prefix: String,
}

impl Failures {
    /// Counts a refusal, if it is one of those that count. Asking for a nonce is part of the protocol and does not.
    pub fn count(&self, refusal: &Refusal, source: IpAddr, now: Timestamp) {
        let code = refusal.code();
        if code == Code::UseNonce || !COUNTED.contains(&code) {
            return;
        }
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut key = Key {
            minute: minute(now),
            code: code.as_str(),
            prefix: address::prefix(source),
        };
        if counts.len() >= MAX_KEYS && !counts.contains_key(&key) {
            OTHERS.clone_into(&mut key.prefix);
        }
        let count = counts.entry(key).or_default();
        *count = count.saturating_add(1);
    }

    /// Takes the counts of minutes that are over.
    fn take_before(&self, moment: Timestamp) -> Vec<FailureCount> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (over, running) = std::mem::take(&mut *counts)
            .into_iter()
            .partition(|(key, _)| key.minute < moment);
        *counts = running;
        let over: BTreeMap<Key, u64> = over;
        over.into_iter()
            .map(|(key, count)| FailureCount {
                minute: key.minute,
                kind: key.code.to_owned(),
                prefix: key.prefix,
                count,
            })
            .collect()
    }

    /// Puts counts back that could not be stored.
    fn put_back(&self, counts: &[FailureCount]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for count in counts {
            if let Some(code) = COUNTED.iter().find(|code| code.as_str() == count.kind) {
                let key = Key {
                    minute: count.minute,
                    code: code.as_str(),
                    prefix: count.prefix.clone(),
                };
                let kept = kept.entry(key).or_default();
                *kept = kept.saturating_add(count.count);
            }
        }
    }
}

/// Puts the minutes that are over into the log: those of this process, and those that others left in the table.
pub(super) async fn record(app: &Shared) -> Result<(), Refusal> {
    let before = minute(app.clock.now());
    let own = app.failures.take_before(before);
    let mut reader = app.store.reader().await?;
    if own.is_empty() && reader.failures_before(before, 1).await?.is_empty() {
        return Ok(());
    }
    drop(reader);
    let counts = own.clone();
    let recorded = app
        .sequencer
        .change(move |change| Box::pin(async move { settle(change, &counts, before).await }))
        .await;
    if recorded.is_err() {
        app.failures.put_back(&own);
    }
    recorded
}

/// Stores the counts of the minute that still runs, at the end of this process: whichever sweeps next puts them into the log.
pub(super) async fn keep(app: &Shared) -> Result<(), Refusal> {
    let own = app.failures.take_before(Timestamp::from_millis(i64::MAX));
    if own.is_empty() {
        return Ok(());
    }
    app.sequencer
        .change(move |change| Box::pin(async move { Ok(change.db().count_failures(&own).await?) }))
        .await
}

async fn settle(change: &mut Change, own: &[FailureCount], before: Timestamp) -> Result<(), Stop> {
    if !own.is_empty() {
        change.db().count_failures(own).await?;
    }
    let taken = change.db().take_failures_before(before, ROUND).await?;
    let mut summed: BTreeMap<(Timestamp, String), (u64, BTreeSet<String>)> = BTreeMap::new();
    for failure in taken {
        let (count, networks) = summed.entry((failure.minute, failure.kind)).or_default();
        *count = count.saturating_add(failure.count);
        networks.insert(failure.prefix);
    }
    for ((minute, code), (count, networks)) in summed {
        let number = |number: u64| Fact::Number(i64::try_from(number).unwrap_or(i64::MAX >> 11));
        let sources = u64::try_from(networks.len()).unwrap_or(u64::MAX);
        let named: Vec<String> = networks.into_iter().take(NAMED).collect();
        let mut event = change
            .own_event(EventKind::FailuresCounted)
            .fact("count", number(count))
            .fact("sources", number(sources))
            .fact("minute", Fact::Number(minute.millis()))
            .commit(SOURCE_ADDRESS, named.join(" "), None);
        if let Ok(code) = Label::new(&code) {
            event = event.fact("code", Fact::Label(code));
        }
        change.record(event);
    }
    Ok(())
}

fn minute(at: Timestamp) -> Timestamp {
    Timestamp::from_millis(at.millis().div_euclid(60_000).saturating_mul(60_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_networks_are_counted_together() {
        let (failures, now) = (Failures::default(), Timestamp::from_millis(0));
        let networks = u32::try_from(3 * MAX_KEYS).unwrap_or(u32::MAX);
        for network in 0..networks {
            let source = std::net::Ipv4Addr::from_bits(network << 8).into();
            failures.count(&Refusal::new(Code::BadProof), source, now);
        }
        let counted = failures.take_before(Timestamp::from_millis(60_000));
        assert!(counted.len() <= MAX_KEYS + COUNTED.len());
        let all: u64 = counted.iter().map(|count| count.count).sum();
        assert_eq!(all, u64::from(networks), "none is lost");
    }
}
