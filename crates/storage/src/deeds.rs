//! What was done where by whom, by kind of event and day: what the simulator of guardrails looks back at.
//!
//! Counted from the log like the other tables of usage ([`crate::usage`]), with a mark of its own.

use crate::{
    Result,
    usage::{Day, UsageEvent, Used},
};
use async_trait::async_trait;
use claviger_model::{
    event::EventKind,
    ids::{PrincipalId, ScopeId},
};
use std::collections::BTreeMap;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Deed {
    /// Where; not below it.
    pub scope: ScopeId,
    /// By whom.
    pub principal: PrincipalId,
    /// What.
    pub kind: EventKind,
}

/// Counts of a stretch of the log, to be added to the table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Deeds {
    /// The first event of the stretch.
    pub from: u64,
    /// The first event after it.
    pub to: u64,
    /// By deed and day.
    pub counts: BTreeMap<(Deed, Day), Used>,
}

impl Deeds {
    /// Counts the events of a stretch, given by its first index and the first one after it. What names no place was done at `root`.
    pub fn of(from: u64, to: u64, events: &[UsageEvent], root: ScopeId) -> Self {
        let mut deeds = Self {
            from,
            to,
            ..Self::default()
        };
        for event in events.iter().filter(|event| event.counts()) {
            let (Some(principal), Some(kind)) = (event.actor, event.kind) else {
                continue;
            };
            let deed = Deed {
                scope: event.scope.unwrap_or(root),
                principal,
                kind,
            };
            let one = Used {
                last_at: event.at,
                recent: 1,
            };
            deeds
                .counts
                .entry((deed, Day::of(event.at)))
                .and_modify(|used| *used = used.and(one))
                .or_insert(one);
        }
        deeds
    }
}

/// Reads of deeds. Only what was counted into the table is in it; the rest begins at [`DeedReads::deeds_mark`].
#[async_trait]
pub trait DeedReads {
    /// The first event that is not in the table.
    async fn deeds_mark(&mut self) -> Result<u64>;
    /// What was done since a day, of these kinds.
    async fn deeds(&mut self, kinds: &[EventKind], since: Day) -> Result<Vec<(Deed, Used)>>;
}
