#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod paging;
mod unsent;

use super::*;
use crate::{
    cases::testing::{Sample, at},
    view::{
        history::{EntryProof, HistoryAction as Action, HistoryGroup as Group, HistoryRow},
        state::LogState,
    },
};
use claviger_ledger::{
    label::Label,
    leaf::{Actor, Fact, Leaf, Outcome},
};
use claviger_model::{
    event::EventKind,
    ids::{DeviceId, SessionId},
};

const HOUR: i64 = 3_600_000;
const HERE: DeviceId = DeviceId::from_bytes([0xd1; 16]);

/// Central European time, without a database of zones.
fn berlin() -> TimeZone {
    TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap()
}

fn everything() -> HistoryQuery {
    HistoryQuery {
        from: i64::MIN,
        to: i64::MAX,
        groups: Vec::new(),
        refused_only: false,
        secret: None,
        offset: 0,
        limit: 1000,
    }
}

fn page(sample: &Sample, query: &HistoryQuery) -> HistoryPage {
    let reader = Reader::new(&sample.book, sample.me, HERE, "laptop");
    history(&sample.book, &reader, query, &berlin()).unwrap()
}

fn only(sample: &Sample) -> HistoryRow {
    let rows = page(sample, &everything()).rows;
    assert_eq!(rows.len(), 1);
    rows[0].clone()
}

fn label(text: &str) -> Label {
    Label::new(text).unwrap()
}

fn fact(leaf: &mut Leaf, name: &str, value: &str) {
    leaf.facts.insert(label(name), Fact::Label(label(value)));
}

#[test]
fn every_kind_of_event_is_an_action_in_a_group() {
    for kind in EventKind::ALL {
        let mut sample = Sample::new();
        sample.event(*kind, 1, |_| {});
        let row = only(&sample);
        let says_nothing_of_a_person = matches!(
            kind,
            EventKind::LogOpened | EventKind::KeyRotated | EventKind::KeyDestroyed
        );
        let told_by_a_fact = *kind == EventKind::RequestAnswered;
        assert_eq!(
            row.action == Action::Other,
            says_nothing_of_a_person || told_by_a_fact,
            "{kind}"
        );
        assert_eq!(
            row.action == Action::AskedInVain,
            *kind == EventKind::FailuresCounted,
            "{kind}"
        );
        if kind.releases_value() {
            assert_eq!(row.group, Group::Reads, "{kind}");
        }
    }
}

#[test]
fn facts_tell_answers_and_offline_reads_apart() {
    let told = |kind: EventKind, name: &str, value: &str| {
        let mut sample = Sample::new();
        sample.event(kind, 1, |leaf| fact(leaf, name, value));
        only(&sample).action
    };
    let answered = |state| told(EventKind::RequestAnswered, "state", state);
    assert_eq!(
        ["done", "refused", "withdrawn", "pondered"].map(answered),
        [
            Action::RotationDone,
            Action::RotationRefused,
            Action::RotationWithdrawn,
            Action::Other
        ]
    );
    let read = |purpose| told(EventKind::SecretReadOffline, "purpose", purpose);
    assert_eq!(
        ["use", "copy", "reveal"].map(read),
        [Action::Used, Action::Copied, Action::Revealed]
    );
}

#[test]
fn what_a_newer_server_records_is_shown_too() {
    let mut sample = Sample::new();
    sample.leaf(label("vault.levitated"), 1, &[], |_| {});
    assert_eq!(only(&sample).action, Action::Other);
}

#[test]
fn signing_out_is_ending_the_session_one_is_in() {
    let (one, other) = (SessionId::from_bytes([1; 16]), SessionId::from_bytes([2; 16]));
    let ended = |by_me: bool, session| {
        let mut sample = Sample::new();
        let mara = sample.mara;
        sample.event(EventKind::SessionEnded, 1, |leaf| {
            leaf.session = Some(one);
            leaf.object.session = Some(session);
            if !by_me {
                leaf.actor = Some(Actor {
                    principal: mara,
                    service: false,
                });
            }
        });
        let row = only(&sample);
        (row.action, row.by)
    };
    assert_eq!(ended(true, one), (Action::SignedOut, None));
    assert_eq!(ended(true, other), (Action::SessionEnded, None));
    assert_eq!(
        ended(false, one),
        (Action::SessionEnded, Some("Mara Okafor".to_owned()))
    );
}

#[test]
fn a_secret_is_called_as_today_else_as_then_else_that_there_was_one() {
    let mut sample = Sample::new();
    let secret = sample.secret("KEY", "shop/prod");
    let read = |sample: &mut Sample, openings: &[(&str, &str)]| {
        let set = |leaf: &mut Leaf| {
            leaf.object.secret = Some(secret);
            leaf.object.version = Some(3);
        };
        sample.leaf(EventKind::SecretCopied.into(), 1, openings, set);
    };
    read(
        &mut sample,
        &[("name", "shop/old/NAME"), ("source-address", "192.0.2.7")],
    );
    read(&mut sample, &[]);
    let titles = |sample: &Sample| -> Vec<(String, String)> {
        let rows = page(sample, &everything()).rows.into_iter();
        rows.filter_map(|row| row.secret)
            .map(|secret| (secret.path, secret.title))
            .collect()
    };
    let today = ("shop/prod".to_owned(), "KEY".to_owned());
    assert_eq!(titles(&sample), [today.clone(), today]);
    sample.book.remove(secret);
    let unseen = (String::new(), names::UNSEEN.to_owned());
    assert_eq!(
        titles(&sample),
        [unseen, ("shop/old".to_owned(), "NAME".to_owned())]
    );
    let first = page(&sample, &everything()).rows.pop().unwrap();
    assert_eq!(
        (first.version, first.address.as_deref()),
        (Some(3), Some("192.0.2.7"))
    );
}

#[test]
fn offline_reads_stand_at_the_devices_time_and_say_so() {
    let mut sample = Sample::new();
    sample.event(EventKind::SecretReadOffline, 9 * HOUR, |leaf| {
        leaf.reported = true;
        leaf.device = Some(HERE);
        leaf.device_time = Some(at(2 * HOUR));
    });
    let row = only(&sample);
    assert!(row.offline && row.device_reported);
    assert_eq!((row.at, row.device.as_deref()), (2 * HOUR, Some("laptop")));
    let mut sample = Sample::new();
    let phone = DeviceId::from_bytes([0xd2; 16]);
    sample.leaf(
        EventKind::DeviceEnrolled.into(),
        1,
        &[("name", "phone")],
        |leaf| leaf.object.device = Some(phone),
    );
    sample.event(EventKind::SignedIn, 2, |leaf| {
        leaf.device = Some(phone);
        leaf.device_time = Some(at(77));
    });
    let row = page(&sample, &everything()).rows.remove(0);
    assert_eq!(
        (row.at, row.device.as_deref(), row.device_reported),
        (2, Some("phone"), false)
    );
}

#[test]
fn entries_beyond_what_was_verified_are_not_called_proven() {
    let mut sample = Sample::new();
    sample.event(EventKind::SignedIn, 1, |_| {});
    sample.event(EventKind::SecretUsed, 2, |_| {});
    sample.book.log.verified = 1;
    let proofs = |sample: &Sample| {
        page(sample, &everything())
            .rows
            .iter()
            .map(|row| row.proof)
            .collect::<Vec<_>>()
    };
    assert_eq!(proofs(&sample), [EntryProof::Pending, EntryProof::InLog]);
    let status = proof_status(&sample.book);
    assert_eq!((status.entries, status.pending, status.since), (1, 0, Some(1)));
    sample.book.log.state = LogState::Violated {
        words: "a fork".to_owned(),
    };
    assert_eq!(proofs(&sample), [EntryProof::Violated, EntryProof::InLog]);
}
