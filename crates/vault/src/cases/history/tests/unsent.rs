//! Offline reads before the log has them.

use super::*;
use claviger_protocol::release::Purpose;

#[test]
fn a_read_that_waits_stands_in_the_history_at_once() {
    let mut sample = Sample::new();
    let secret = sample.secret("KEY", "shop/prod");
    sample.event(EventKind::SignedIn, HOUR, |_| {});
    sample.read_offline(1, secret, Purpose::Reveal, 2 * HOUR);
    let whole = page(&sample, &everything());
    assert_eq!((whole.total, whole.rows.len()), (2, 2));
    let row = &whole.rows[0];
    assert_eq!(
        (row.at, row.action, row.group, row.proof),
        (2 * HOUR, Action::Revealed, Group::Reads, EntryProof::Unsent)
    );
    assert!(row.offline && row.device_reported && row.refused.is_none());
    assert_eq!(
        (row.device.as_deref(), row.version, row.address.as_deref()),
        (Some("laptop"), Some(1), None)
    );
    assert_eq!(row.secret.as_ref().unwrap().title, "KEY");
    assert_eq!(proof_status(&sample.book).pending, 1);
    let reads: u32 = whole.days.iter().map(|day| day.reads).sum();
    assert_eq!(reads, 1, "also in the chart");
    for (query, expected) in [
        (
            HistoryQuery {
                groups: vec![Group::Reads],
                ..everything()
            },
            1,
        ),
        (
            HistoryQuery {
                secret: Some(secret.to_string()),
                ..everything()
            },
            1,
        ),
        (
            HistoryQuery {
                groups: vec![Group::Changes],
                ..everything()
            },
            0,
        ),
        (
            HistoryQuery {
                refused_only: true,
                ..everything()
            },
            0,
        ),
        (
            HistoryQuery {
                to: 2 * HOUR,
                ..everything()
            },
            1,
        ),
    ] {
        assert_eq!(page(&sample, &query).total, expected, "{query:?}");
    }
}

#[test]
fn a_read_that_was_sent_does_not_wait_any_more_and_says_no_more_than_that() {
    let mut sample = Sample::new();
    let secret = sample.secret("KEY", "shop/prod");
    sample.read_offline(1, secret, Purpose::Use, HOUR);
    sample.read_offline(2, secret, Purpose::Copy, 2 * HOUR);
    let proofs: Vec<_> = page(&sample, &everything())
        .rows
        .iter()
        .map(|row| (row.action, row.proof))
        .collect();
    assert_eq!(
        proofs,
        [
            (Action::Copied, EntryProof::Unsent),
            (Action::Used, EntryProof::Pending)
        ]
    );
    assert_eq!(proof_status(&sample.book).pending, 1);
}
