#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::testing::{Log, person};
use claviger_crypto::secret::{Key256, SecretString};

/// Ann's leaves stand at even indexes; every third concerns Bob as well.
fn log() -> Log {
    let mut log = Log::default();
    for number in 0..40 {
        match number % 6 {
            0 => log.record(&[person(1), person(2)]),
            2 | 4 => log.record(&[person(1)]),
            _ => log.record(&[person(2)]),
        };
    }
    log
}

struct Shown {
    index: u64,
    path: Vec<NodeHash>,
    leaf: Vec<u8>,
}

fn shown(log: &Log, indexes: impl IntoIterator<Item = u64>) -> Vec<Shown> {
    let prover = log.tree.prover();
    let show = |index| Shown {
        index,
        path: prover.inclusion(index).unwrap(),
        leaf: log.leaf(index).to_vec(),
    };
    indexes.into_iter().map(show).collect()
}

fn check(log: &Log, pinned: Option<&SubjectHead>, shown: &[Shown]) -> HistoryCheck {
    let entries: Vec<HistoryEntry<'_>> = shown
        .iter()
        .map(|entry| HistoryEntry {
            leaf: &entry.leaf,
            index: entry.index,
            path: &entry.path,
            openings: &log.openings[usize::try_from(entry.index).unwrap()],
        })
        .collect();
    check_history(person(1), pinned, &log.tree.checkpoint(), &entries)
}

fn evens(from: u64, to: u64) -> impl Iterator<Item = u64> {
    (from..to).filter(|index| index % 2 == 0)
}

fn head(log: &Log, index: u64) -> SubjectHead {
    SubjectHead {
        seq: index / 2 + 1,
        hash: NodeHash::of_leaf(log.leaf(index)),
    }
}

#[test]
fn a_whole_history_is_whole_at_once_and_in_pages() {
    let log = log();
    let end = Some(head(&log, 38));
    assert_eq!(
        check(&log, None, &shown(&log, evens(0, 40))),
        HistoryCheck::Whole { count: 20, head: end }
    );
    let first = check(&log, None, &shown(&log, evens(0, 16)));
    let HistoryCheck::Whole {
        head: Some(middle), ..
    } = first
    else {
        unreachable!("{first:?}")
    };
    assert_eq!(middle, head(&log, 14));
    let second = check(&log, Some(&middle), &shown(&log, evens(16, 40)));
    assert_eq!(second, HistoryCheck::Whole { count: 12, head: end });
    assert_eq!(
        check(&log, None, &[]),
        HistoryCheck::Whole { count: 0, head: None }
    );
    assert_eq!(
        check(&log, end.as_ref(), &[]),
        HistoryCheck::Whole { count: 0, head: end }
    );
    let overlapping = check(&log, Some(&middle), &shown(&log, evens(10, 40)));
    assert_eq!(overlapping, HistoryCheck::Whole { count: 15, head: end });
}

#[test]
fn a_missing_leaf_is_a_hole() {
    let log = log();
    let without = |missing: u64| shown(&log, evens(0, 40).filter(|index| *index != missing));
    assert_eq!(
        check(&log, None, &without(0)),
        HistoryCheck::Hole { after: 0, next: 2 }
    );
    assert_eq!(
        check(&log, None, &without(20)),
        HistoryCheck::Hole { after: 10, next: 12 }
    );
    let skipped = check(&log, Some(&head(&log, 14)), &shown(&log, evens(18, 40)));
    assert_eq!(skipped, HistoryCheck::Hole { after: 8, next: 10 });
    let twice = check(&log, None, &shown(&log, [0, 2, 2]));
    assert_eq!(twice, HistoryCheck::Hole { after: 2, next: 2 });
}

#[test]
fn a_history_that_ends_too_early_is_shortened() {
    let log = log();
    let short = check(&log, Some(&head(&log, 38)), &shown(&log, evens(0, 30)));
    assert_eq!(short, HistoryCheck::Shortened { known: 20, shown: 15 });
}

#[test]
fn another_history_than_the_pinned_one_is_a_fork() {
    let log = log();
    let other = SubjectHead {
        seq: 8,
        hash: NodeHash::EMPTY,
    };
    assert_eq!(
        check(&log, Some(&other), &shown(&log, evens(16, 40))),
        HistoryCheck::Fork { seq: 9 }
    );
    assert_eq!(
        check(&log, Some(&other), &shown(&log, evens(0, 40))),
        HistoryCheck::Fork { seq: 8 }
    );
}

#[test]
fn each_alteration_is_named() {
    let log = log();
    let altered = |alter: &dyn Fn(&mut Vec<Shown>)| {
        let mut entries = shown(&log, evens(0, 12));
        alter(&mut entries);
        match check(&log, None, &entries) {
            HistoryCheck::Altered {
                position: 3,
                alteration,
            } => alteration,
            other => unreachable!("{other:?}"),
        }
    };
    let edited = altered(&|entries| {
        let text = String::from_utf8(entries[3].leaf.clone()).unwrap();
        entries[3].leaf = text
            .replace("\"allowed\"", "{\"refused\":\"no-grant\"}")
            .into_bytes();
    });
    assert_eq!(edited, Alteration::NotInLog);
    let unreadable = altered(&|entries| entries[3].leaf.push(b' '));
    assert_eq!(unreadable, Alteration::Unreadable(LeafError::NotCanonical));
    assert_eq!(altered(&|entries| entries[3].path.clear()), Alteration::NotInLog);
    let foreign = altered(&|entries| entries[3] = shown(&log, [7]).pop().unwrap());
    assert_eq!(foreign, Alteration::NotConcerned);
}

#[test]
fn a_leaf_that_names_another_predecessor_breaks_the_chain() {
    let mut log = log();
    let forged = SubjectHead {
        seq: 20,
        hash: NodeHash::EMPTY,
    };
    log.heads.insert(person(1), forged);
    let index = log.record(&[person(1)]);
    let entries = shown(&log, evens(0, 40).chain([index]));
    let broken = HistoryCheck::Altered {
        position: 20,
        alteration: Alteration::Chain { seq: 21 },
    };
    assert_eq!(check(&log, None, &entries), broken);
}

#[test]
fn openings_must_open_and_may_be_forgotten() {
    let mut log = log();
    log.openings[4].clear();
    assert!(matches!(
        check(&log, None, &shown(&log, evens(0, 12))),
        HistoryCheck::Whole { count: 6, .. }
    ));
    let field = Label::new("name").unwrap();
    let lie = Opening::new(
        Key256::from_bytes(&[1; 32]),
        SecretString::new("staging/harmless".into()),
    );
    log.openings[4] = vec![(field.clone(), lie)];
    let expected = HistoryCheck::Altered {
        position: 2,
        alteration: Alteration::Opening { seq: 3, field },
    };
    assert_eq!(check(&log, None, &shown(&log, evens(0, 12))), expected);
    let (_, opening) = log.openings[6].pop().unwrap();
    let unknown = Label::new("reason").unwrap();
    log.openings[4].clear();
    log.openings[6] = vec![(unknown.clone(), opening)];
    let expected = HistoryCheck::Altered {
        position: 3,
        alteration: Alteration::Opening {
            seq: 4,
            field: unknown,
        },
    };
    assert_eq!(check(&log, None, &shown(&log, evens(0, 12))), expected);
}
