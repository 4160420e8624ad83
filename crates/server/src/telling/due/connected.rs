//! Connected systems that do not answer while accounts of leavers wait there: after a day, and every week after that.

use super::{AGAIN, DAY, Ground};
use crate::{
    operations::offboarding::connected::is_silent,
    telling::found::{Found, News},
};
use claviger_model::{
    connected::SystemName,
    ids::{CaseId, PrincipalId},
    notice::{About, NoticeKind},
    time::Timestamp,
};
use claviger_storage::StorageError;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// How long a system may be silent before somebody is told.
pub const SILENT_FOR: Duration = DAY;

/// What waits for a silent system.
struct Silence {
    since: Timestamp,
    /// The case that waits longest.
    case: CaseId,
    people: BTreeSet<PrincipalId>,
}

/// Tells of the systems whose silence has lasted for long, in one notice for each however many people's accounts wait there.
///
/// # Errors
/// When the tables cannot be read.
pub async fn look(
    ground: &mut Ground<'_>,
    from: Timestamp,
    until: Timestamp,
    found: &mut Found,
) -> Result<(), StorageError> {
    for (system, silence) in silent(ground).await? {
        let Some(at) = fell_due(silence.since, from, until) else {
            continue;
        };
        let one = silence.people.first().copied();
        let news = News {
            kind: NoticeKind::SystemSilent,
            at,
            about: About {
                case: Some(silence.case),
                of: one.filter(|_| silence.people.len() == 1),
                count: u32::try_from(silence.people.len()).ok(),
                system: Some(system.clone()),
                ..About::default()
            },
            source: [system.as_str().as_bytes(), b"/", &at.millis().to_be_bytes()].concat(),
        };
        let mut told = ground.conducting().await?;
        told.retain(|person| !silence.people.contains(person));
        found.tell_all(&news, told);
    }
    Ok(())
}

async fn silent(ground: &mut Ground<'_>) -> Result<BTreeMap<SystemName, Silence>, StorageError> {
    let mut all: BTreeMap<SystemName, Silence> = BTreeMap::new();
    for failing in ground.reader.connected_failing().await? {
        if !is_silent(Some(&failing.said), failing.asking) {
            continue;
        }
        // The longest silent one comes first.
        let silence = all.entry(failing.system).or_insert_with(|| Silence {
            since: failing.since,
            case: failing.case,
            people: BTreeSet::new(),
        });
        silence.people.insert(failing.person);
    }
    Ok(all)
}

/// The last moment after one and not after another at which a silence has to be told.
fn fell_due(since: Timestamp, from: Timestamp, until: Timestamp) -> Option<Timestamp> {
    let first = since.plus(SILENT_FOR);
    if until < first {
        return None;
    }
    let weeks = until.since(first).as_secs() / AGAIN.as_secs();
    let last = first.plus(AGAIN.saturating_mul(u32::try_from(weeks).unwrap_or(u32::MAX)));
    (last > from).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silence_is_told_after_a_day_and_after_each_week_and_the_last_one_only() {
        let at = |hours: i64| Timestamp::from_millis(hours * 3_600_000);
        let due = |from: i64, until: i64| fell_due(at(100), at(from), at(until));
        assert_eq!(due(100, 123), None);
        assert_eq!(due(123, 124), Some(at(124)));
        assert_eq!(due(124, 125), None);
        assert_eq!(due(125, 124 + 167), None);
        assert_eq!(due(124 + 167, 124 + 168), Some(at(124 + 168)));
        assert_eq!(due(124 + 168, 124 + 169), None);
        assert_eq!(due(100, 124 + 3 * 168 + 5), Some(at(124 + 3 * 168)));
    }
}
