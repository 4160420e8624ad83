use super::*;
use crate::cases::testing::{Sample, at};

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
    let view = requests(&sample.book, me);
    let ids = |found: &[RotationRequest]| -> Vec<String> { found.iter().map(|one| one.id.clone()).collect() };
    assert_eq!(ids(&view.mine), [own.to_string()]);
    assert_eq!(ids(&view.to_answer), [open.to_string()]);
    assert_eq!(ids(&view.answered), [answered.to_string()]);
    assert!(
        view.mine.iter().all(|request| !request.can_answer),
        "nobody answers themselves"
    );
    assert_eq!(
        ids(&open_for(&sample.book, me, mine_to_rotate)),
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
    let view = requests(&sample.book, me);
    let titles: Vec<_> = view
        .mine
        .iter()
        .map(|request| request.secret.title.as_str())
        .collect();
    assert_eq!(titles, [names::UNSEEN]);
}
