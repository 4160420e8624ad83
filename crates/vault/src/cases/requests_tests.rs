#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]
use super::*;
use crate::cases::testing::{Sample, at};
use crate::view::request::{AccessRequest, AccessState};
use claviger_model::{builtin_roles, ids::GrantId};
use claviger_protocol::requests::{Course, Given, Terms};

#[test]
fn each_request_stands_where_it_is_looked_for() {
    let mut sample = Sample::new();
    let mine_to_rotate = sample.secret("A", "shop/prod");
    let only_used = sample.secret("B", "shop/dev");
    let (me, mara) = (sample.me, sample.mara);
    let own = sample.request(mine_to_rotate, me, 1, RequestState::Open);
    let open = sample.request(mine_to_rotate, mara, 2, RequestState::Open);
    sample.request(only_used, mara, 3, RequestState::Open);
    let refused = RequestState::Refused {
        at: at(5),
        by: me,
        words: "no".to_owned(),
    };
    let answered = sample.request(mine_to_rotate, mara, 4, refused);
    let view = requests(&sample.book, me, at(9));
    let ids = |found: &[Request]| -> Vec<String> { found.iter().map(|one| id_of(one).to_owned()).collect() };
    let rotations =
        |found: &[RotationRequest]| -> Vec<String> { found.iter().map(|one| one.id.clone()).collect() };
    assert_eq!(ids(&view.mine), [own.to_string()]);
    assert_eq!(ids(&view.to_answer), [open.to_string()]);
    assert_eq!(ids(&view.answered), [answered.to_string()]);
    assert!(
        view.mine
            .iter()
            .all(|request| matches!(request, Request::Rotation(rotation) if !rotation.can_answer)),
        "nobody answers themselves"
    );
    assert_eq!(
        rotations(&open_for(&sample.book, me, mine_to_rotate)),
        [own.to_string(), open.to_string()]
    );
    assert_eq!(to_answer(&sample.book, me).count(), 1);
}

#[test]
fn a_request_outlives_the_sight_of_its_secret() {
    let mut sample = Sample::new();
    let secret = sample.secret("A", "shop/prod");
    let me = sample.me;
    sample.request(secret, me, 1, RequestState::Withdrawn { at: at(2) });
    sample.book.remove(secret);
    let view = requests(&sample.book, me, at(9));
    let titles: Vec<_> = view
        .mine
        .iter()
        .filter_map(|request| match request {
            Request::Rotation(rotation) => Some(rotation.secret.title.as_str()),
            Request::Access(_) => None,
        })
        .collect();
    assert_eq!(titles, [names::UNSEEN]);
}

fn id_of(request: &Request) -> &str {
    match request {
        Request::Rotation(rotation) => &rotation.id,
        Request::Access(access) => &access.id,
    }
}

fn asked_for_access(sample: &mut Sample, by: PrincipalId, state: RequestState, course: Course) -> String {
    let id = RequestId::random(&sample.entropy);
    let record = RequestRecord {
        id,
        want: Want::Access {
            role: builtin_roles::READER,
            scope: sample.scope("shop/prod"),
            secret: None,
            seconds: 3600,
            extends: None,
        },
        reason: "on call".to_owned(),
        asked_by: by,
        asked_at: at(1),
        state,
        course,
    };
    sample.book.learn(&crate::state::book::Learned {
        requests: vec![record],
        ..crate::state::book::Learned::default()
    });
    id.to_string()
}

fn found(view: &RequestsView, id: &str) -> AccessRequest {
    let all = view.mine.iter().chain(&view.to_answer).chain(&view.answered);
    let found = all.filter(|one| id_of(one) == id).find_map(|one| match one {
        Request::Access(access) => Some((**access).clone()),
        Request::Rotation(_) => None,
    });
    found.unwrap()
}

#[test]
fn what_the_server_says_that_one_may_is_what_is_offered() {
    let mut sample = Sample::new();
    let (me, mara) = (sample.me, sample.mara);
    let may = |may: &[May]| Course {
        may: may.to_vec(),
        ..Course::default()
    };
    let open = RequestState::Open;
    let answerable = asked_for_access(&mut sample, mara, open.clone(), may(&[May::Refuse]));
    let other = asked_for_access(&mut sample, mara, open.clone(), may(&[]));
    let mine = asked_for_access(&mut sample, me, open, may(&[May::Withdraw]));
    let view = requests(&sample.book, me, at(9));
    assert_eq!(
        view.to_answer.iter().map(id_of).collect::<Vec<_>>(),
        [answerable.as_str()]
    );
    assert!(view.answered.is_empty(), "{other} is open and not mine to answer");
    let can = found(&view, &answerable).can;
    assert!(can.refuse && !can.approve && !can.withdraw);
    assert!(found(&view, &mine).can.withdraw);
}

#[test]
fn time_passes_on_the_device_too() {
    let mut sample = Sample::new();
    let me = sample.me;
    let waits = Course {
        may: vec![May::Withdraw],
        lapses_at: Some(at(5)),
        ..Course::default()
    };
    let waits = asked_for_access(&mut sample, me, RequestState::Open, waits);
    let given = Course {
        may: vec![May::HandBack],
        given: Some(Given {
            grant: GrantId::random(&sample.entropy),
            role: builtin_roles::READER,
            role_name: "Reader".to_owned(),
            scope: sample.scope("shop/prod"),
            path: "shop/prod".to_owned(),
            ends_at: at(5),
            ended_at: None,
            ended_by: None,
            rule: None,
        }),
        ..Course::default()
    };
    let approved = RequestState::Approved { at: at(2), by: me };
    let given = asked_for_access(&mut sample, me, approved, given);
    for (now, before) in [(at(4), true), (at(5), false)] {
        let view = requests(&sample.book, me, now);
        let (waits, given) = (found(&view, &waits), found(&view, &given));
        assert_eq!(waits.state == AccessState::Open, before);
        assert_eq!(waits.can.withdraw, before);
        assert_eq!(given.can.hand_back, before);
        assert!(matches!(given.state, AccessState::Approved { lives, .. } if lives == before));
    }
}

#[test]
fn who_answers_is_shown_what_is_on_the_table_and_who_asked_what_they_asked_for() {
    let mut sample = Sample::new();
    let (me, mara) = (sample.me, sample.mara);
    let scope = sample.scope("shop/dev");
    let narrowed = || Course {
        path: "shop/prod".to_owned(),
        role: Some("Reader".to_owned()),
        terms: Some(Terms {
            role: builtin_roles::CONSUMER,
            role_name: "Consumer".to_owned(),
            scope,
            path: "shop/dev".to_owned(),
            seconds: 600,
            begins_at: None,
            digest: vec![1; 32].into(),
        }),
        may: vec![May::Approve],
        ..Course::default()
    };
    let theirs = asked_for_access(&mut sample, mara, RequestState::Open, narrowed());
    let mine = asked_for_access(&mut sample, me, RequestState::Open, narrowed());
    let view = requests(&sample.book, me, at(9));
    let shown = |id: &str| {
        let found = found(&view, id);
        (found.role_name, found.path, found.seconds)
    };
    assert_eq!(
        shown(&theirs),
        ("Consumer".to_owned(), "shop/dev".to_owned(), 600)
    );
    assert_eq!(shown(&mine), ("Reader".to_owned(), "shop/prod".to_owned(), 3600));
}

#[test]
fn a_rotation_is_offered_to_be_taken_back_where_the_server_says_so() {
    let mut sample = Sample::new();
    let secret = sample.secret("A", "shop/prod");
    let me = sample.me;
    let offered = |sample: &Sample| open_for(&sample.book, me, secret)[0].can_withdraw;
    let id = sample.request(secret, me, 1, RequestState::Open);
    let mut record = sample.book.requests[&id].clone();
    for (may, expected) in [(vec![], false), (vec![May::Withdraw], true)] {
        record.course.may = may;
        sample.book.learn(&crate::state::book::Learned {
            requests: vec![record.clone()],
            ..crate::state::book::Learned::default()
        });
        assert_eq!(offered(&sample), expected);
    }
    record.state = RequestState::Withdrawn { at: at(2) };
    sample.book.learn(&crate::state::book::Learned {
        requests: vec![record],
        ..crate::state::book::Learned::default()
    });
    let view = requests(&sample.book, me, at(9));
    let [Request::Rotation(closed)] = view.mine.as_slice() else {
        panic!("{:?}", view.mine);
    };
    assert!(!closed.can_withdraw, "it is over, whatever was said before");
}
