//! Ranges, filters, pages and days.

use super::*;
use proptest::prelude::*;

#[test]
fn days_are_local_ones_also_when_clocks_change() {
    let moment = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_millisecond();
    let mut sample = Sample::new();
    // 2026-03-29 has 23 hours in Berlin, 2026-10-25 has 25.
    for text in [
        "2026-03-28T22:59:59Z",
        "2026-03-28T23:00:00Z",
        "2026-03-29T21:59:59Z",
        "2026-03-29T22:00:00Z",
        "2026-10-24T22:00:00Z",
        "2026-10-25T22:59:59Z",
        "2026-10-25T23:00:00Z",
    ] {
        sample.event(EventKind::SecretCopied, moment(text), |_| {});
    }
    sample.event(EventKind::SecretEdited, moment("2026-10-25T23:00:01Z"), |leaf| {
        leaf.outcome = Outcome::Refused(label("forbidden"));
    });
    let days = page(&sample, &everything()).days;
    let told: Vec<_> = days
        .iter()
        .map(|day| (day.day.as_str(), day.reads, day.changes, day.refused))
        .collect();
    assert_eq!(
        told,
        [
            ("2026-03-28", 1, 0, 0),
            ("2026-03-29", 2, 0, 0),
            ("2026-03-30", 1, 0, 0),
            ("2026-10-25", 2, 0, 0),
            ("2026-10-26", 1, 0, 1),
        ]
    );
}

proptest! {
    #[test]
    fn pages_filters_and_days_agree(
        events in prop::collection::vec((0usize..EventKind::ALL.len(), 0i64..100 * HOUR, any::<bool>()), 0..40),
        from in 0i64..50 * HOUR, span in 0i64..60 * HOUR, limit in 1u32..9, refused_only: bool, reads_only: bool,
    ) {
        let mut sample = Sample::new();
        for (kind, millis, refused) in &events {
            sample.event(EventKind::ALL[*kind], *millis, |leaf| {
                if *refused {
                    leaf.outcome = Outcome::Refused(label("forbidden"));
                }
            });
        }
        let groups = if reads_only { vec![Group::Reads] } else { Vec::new() };
        let query = HistoryQuery { from, to: from + span, groups, refused_only, ..everything() };
        let whole = page(&sample, &query);
        prop_assert!(whole.rows.is_sorted_by(|a, b| a.at >= b.at));
        for row in &whole.rows {
            prop_assert!((from..from + span).contains(&row.at));
            prop_assert!(!refused_only || row.refused.is_some());
            prop_assert!(!reads_only || row.group == Group::Reads);
        }
        let expected = page(&sample, &everything()).rows.into_iter().filter(|row| {
            (from..from + span).contains(&row.at)
                && (!refused_only || row.refused.is_some())
                && (!reads_only || row.group == Group::Reads)
        });
        prop_assert_eq!(&whole.rows, &expected.collect::<Vec<_>>());
        let mut paged = Vec::new();
        for offset in (0..=whole.total).step_by(limit as usize) {
            let part = page(&sample, &HistoryQuery { offset, limit, ..query.clone() });
            prop_assert_eq!(&part.days, &whole.days);
            paged.extend(part.rows);
        }
        prop_assert_eq!(&paged, &whole.rows);
        let counted: u32 = whole.days.iter().map(|day| day.reads + day.changes + day.other + day.refused).sum();
        prop_assert_eq!(counted, whole.total);
        prop_assert!(whole.days.is_sorted_by(|a, b| a.day < b.day));
    }
}
