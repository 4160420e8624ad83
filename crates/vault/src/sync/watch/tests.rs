#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::testing::log::Log;
use claviger_protocol::log::HistoryCall;

const ME: PrincipalId = PrincipalId::from_bytes([1; 16]);
const OTHER: PrincipalId = PrincipalId::from_bytes([2; 16]);

fn log_of(count: usize) -> Log {
    let mut log = Log::new(1);
    for _ in 0..count {
        log.record(ME);
        log.record(OTHER);
    }
    log
}

fn ask(watch: &LogWatch, log: &Log) -> HistoryReply {
    let pinned = watch.checkpoint().map_or(0, |checkpoint| checkpoint.size);
    log.history(
        ME,
        &HistoryCall {
            after: watch.after(),
            pinned,
        },
        3,
    )
}

fn judge(watch: &LogWatch, reply: &HistoryReply, log: &Log) -> Result<Judged, Contradiction> {
    watch.judge(ME, reply, log.key().verifier())
}

/// Follows an honest server to its end.
fn follow(mut watch: LogWatch, log: &Log) -> LogWatch {
    loop {
        let reply = ask(&watch, log);
        watch = judge(&watch, &reply, log).unwrap().next;
        if !reply.more {
            return watch;
        }
    }
}

/// As after a restart.
fn restarted(watch: &LogWatch, log: &Log, stored: Option<SubjectHead>) -> LogWatch {
    LogWatch::kept(watch.to_pin().unwrap(), stored, log.key().verifier())
}

fn words(judged: Result<Judged, Contradiction>) -> String {
    match judged.unwrap_err() {
        Contradiction::Words(words) => words,
        Contradiction::Key => "key".to_owned(),
    }
}

#[test]
fn an_honest_history_is_followed_over_pages_growth_and_restarts() {
    let mut log = log_of(7);
    let watch = follow(LogWatch::default(), &log);
    assert_eq!((watch.verified(), watch.after()), (7, 7));
    log.record(ME);
    let watch = follow(restarted(&watch, &log, watch.stored), &log);
    assert_eq!(watch.verified(), 8);
    assert_eq!(watch.checkpoint().unwrap().size, 15);
    // After names and history ended by themselves, it is fetched anew and must lead to what was pinned.
    let watch = follow(restarted(&watch, &log, None), &log);
    assert_eq!((watch.verified(), watch.after()), (8, 8));
}

#[test]
fn a_record_carries_the_number_of_its_leaf() {
    let log = log_of(5);
    let first = judge(&LogWatch::default(), &ask(&LogWatch::default(), &log), &log).unwrap();
    assert_eq!(
        first.records.iter().map(|record| record.seq).collect::<Vec<_>>(),
        [1, 2, 3]
    );
    let second = judge(&first.next, &ask(&first.next, &log), &log).unwrap();
    assert_eq!(
        second.records.iter().map(|record| record.seq).collect::<Vec<_>>(),
        [4, 5]
    );
}

#[test]
fn a_hole_a_shortened_and_a_rewritten_history_are_named() {
    let log = log_of(4);
    let watch = follow(LogWatch::default(), &log);

    let mut hole = ask(&LogWatch::default(), &log);
    hole.entries.remove(1);
    assert!(words(judge(&LogWatch::default(), &hole, &log)).contains("missing"));

    let shorter = log_of(3);
    assert!(words(judge(&watch, &ask(&watch, &shorter), &shorter)).contains("shortened"));

    let mut forked = log_of(3);
    forked.record(OTHER);
    forked.record(ME);
    assert!(
        words(judge(&watch, &ask(&watch, &forked), &forked)).contains("rewritten"),
        "same size, other root"
    );
    forked.record(ME);
    let mut grown = ask(&watch, &forked);
    grown.consistency = log_of(9)
        .history(ME, &HistoryCall { after: 4, pinned: 8 }, 3)
        .consistency;
    assert!(
        words(judge(&watch, &grown, &forked)).contains("rewritten"),
        "longer, with a proof of another log"
    );

    let mut stranger = ask(&LogWatch::default(), &log);
    stranger.subject = OTHER;
    assert!(words(judge(&LogWatch::default(), &stranger, &log)).contains("somebody else"));

    let mut altered = ask(&LogWatch::default(), &log);
    altered.entries[0].leaf.0.push(b' ');
    assert!(judge(&LogWatch::default(), &altered, &log).is_err());
}

#[test]
fn entries_that_were_held_back_at_the_end_are_noticed() {
    let log = log_of(2);
    let mut reply = ask(&LogWatch::default(), &log);
    reply.entries.pop();
    assert!(words(judge(&LogWatch::default(), &reply, &log)).contains("shortened"));
    reply.head = 1;
    assert!(
        judge(&LogWatch::default(), &reply, &log).is_ok(),
        "nobody knows of the second one yet"
    );
    let mut watch = LogWatch::default();
    watch.expect(SubjectHead {
        seq: 2,
        hash: NodeHash::of_leaf(&log.leaves[2]),
    });
    assert!(
        words(judge(&watch, &reply, &log)).contains("shortened"),
        "a release had shown it"
    );
}

#[test]
fn the_history_must_show_the_leaf_that_came_with_a_release() {
    let log = log_of(2);
    let mut watch = LogWatch::default();
    watch.expect(SubjectHead {
        seq: 2,
        hash: NodeHash::of_leaf(&log.leaves[2]),
    });
    assert!(judge(&watch, &ask(&watch, &log), &log).is_ok());
    watch.expect(SubjectHead {
        seq: 1,
        hash: NodeHash::of_leaf(b"another"),
    });
    assert!(words(judge(&watch, &ask(&watch, &log), &log)).contains("rewritten"));
}

#[test]
fn another_key_is_told_apart_and_doubt_stays() {
    let log = log_of(1);
    let reply = ask(&LogWatch::default(), &log);
    let other = Log::new(2);
    assert_eq!(
        LogWatch::default()
            .judge(ME, &reply, other.key().verifier())
            .unwrap_err(),
        Contradiction::Key
    );
    let mut watch = follow(LogWatch::default(), &log);
    watch.doubt_for("first");
    watch.doubt_for("second");
    assert_eq!(restarted(&watch, &log, watch.stored).doubt(), Some("first"));
}

#[test]
fn a_history_with_a_hole_or_without_its_beginning_is_fetched_again_as_a_whole() {
    let records = |seqs: &[u64]| -> Vec<HistoryRecord> {
        let record = |seq: &u64| HistoryRecord {
            seq: *seq,
            index: *seq,
            leaf: Bytes::default(),
            openings: Vec::new(),
        };
        seqs.iter().map(record).collect()
    };
    assert_eq!(whole(&records(&[1, 2, 3])).len(), 3);
    for lost in [&[2, 3][..], &[1, 3], &[1, 2, 2], &[3]] {
        assert!(whole(&records(lost)).is_empty(), "{lost:?}");
    }
}

#[test]
fn after_pages_were_lost_everything_is_asked_for_and_must_lead_to_what_was_seen() {
    let mut log = log_of(4);
    let watch = follow(LogWatch::default(), &log);
    let lost = restarted(&watch, &log, None);
    assert_eq!((lost.after(), lost.verified()), (0, 4));
    let reply = ask(&lost, &log);
    assert_eq!(judge(&lost, &reply, &log).unwrap().records[0].seq, 1);
    assert_eq!(follow(lost, &log).after(), 4);
    // A server that takes the chance to show less is found out.
    log.record(OTHER);
    let lost = restarted(&watch, &log, None);
    let mut shortened = ask(&lost, &log);
    shortened.entries.truncate(2);
    shortened.more = false;
    shortened.head = 2;
    assert!(words(judge(&lost, &shortened, &log)).contains("shortened"));
}

#[test]
fn a_checkpoint_of_the_pinned_size_with_another_root_is_a_fork() {
    let log = log_of(3);
    let watch = follow(LogWatch::default(), &log);
    let head = |log: &Log| Checkpoint::parse_unverified(&log.checkpoint()).unwrap();
    assert_eq!(watch.contradicts(&head(&log)), None, "the very same");
    assert_eq!(
        watch.contradicts(&head(&log_of(4))),
        None,
        "a larger one is the history's to prove"
    );
    let mut forked = Log::new(1);
    for _ in 0..3 {
        forked.record(OTHER);
        forked.record(ME);
    }
    assert!(watch.contradicts(&head(&forked)).unwrap().contains("rewritten"));
}
