//! How much happened on each local day.

use super::Glance;
use crate::view::history::{DayCount, HistoryGroup};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use std::collections::BTreeMap;

/// Counts by the days of a time zone, oldest first; a refusal counts as that and as nothing else.
pub(super) fn count(found: &[Glance<'_>], zone: &TimeZone) -> Vec<DayCount> {
    let mut days: BTreeMap<Date, DayCount> = BTreeMap::new();
    for glance in found {
        let Ok(at) = Timestamp::from_millisecond(glance.at.millis()) else {
            continue;
        };
        let day = zone.to_datetime(at).date();
        let count = days.entry(day).or_insert_with(|| DayCount {
            day: day.to_string(),
            reads: 0,
            changes: 0,
            other: 0,
            refused: 0,
        });
        *match glance.group {
            _ if glance.refused => &mut count.refused,
            HistoryGroup::Reads => &mut count.reads,
            HistoryGroup::Changes => &mut count.changes,
            HistoryGroup::Requests | HistoryGroup::Access | HistoryGroup::SignIn => &mut count.other,
        } += 1;
    }
    days.into_values().collect()
}
