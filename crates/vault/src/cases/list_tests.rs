#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::{
    cases::testing::{Sample, at},
    view::list::SecretRow,
};
use proptest::prelude::*;

const DAY: i64 = 24 * 3600 * 1000;
const PLACES: [&str; 4] = ["bank/prod", "shop/dev", "shop/prod", "shop/prod/stripe"];

fn query(place: Option<ScopeId>, filter: ListFilter) -> ListQuery {
    ListQuery {
        place: place.map(|place| place.to_string()),
        filter,
        owner: None,
        offset: 0,
        limit: 1000,
    }
}

fn shown(rows: &[SecretRow]) -> Vec<String> {
    let name = |row: &SecretRow| format!("{}/{}", row.reference.path, row.reference.title);
    rows.iter().map(name).collect()
}

#[test]
fn a_place_shows_what_lies_beneath_and_nothing_else() {
    let mut sample = Sample::new();
    for (name, path) in [
        ("b", "shop/prod"),
        ("A", "shop/prod"),
        ("c", "shop/prod/stripe"),
        ("d", "shop/dev"),
    ] {
        sample.secret(name, path);
    }
    let at_place = |place: Option<&str>| {
        let place = place.map(|place| sample.scope(place));
        shown(
            &list(&sample.book, &query(place, ListFilter::All), at(0))
                .unwrap()
                .rows,
        )
    };
    let prod = ["shop/prod/A", "shop/prod/b", "shop/prod/stripe/c"];
    assert_eq!(at_place(Some("shop/prod")), prod);
    assert_eq!(at_place(None), [&["shop/dev/d"], &prod[..]].concat());
    assert!(at_place(Some("bank")).is_empty());
    let unknown = ScopeId::from_bytes([0xee; 16]);
    assert_eq!(
        list(&sample.book, &query(Some(unknown), ListFilter::All), at(0))
            .unwrap_err()
            .code,
        "notFound"
    );
}

#[test]
fn filters_show_what_their_counts_say() {
    let mut sample = Sample::new();
    let [due, ending, fresh, used] =
        ["DUE", "ENDING", "FRESH", "USED"].map(|name| sample.secret(name, "shop/prod"));
    sample.change(due, |record| {
        record.secret.description.rotate_after_days = Some(14)
    });
    sample.change(ending, |record| {
        record.secret.description.expires_at = Some(at(DAY))
    });
    sample.change(fresh, |record| {
        record.secret.description.rotate_after_days = Some(15)
    });
    sample.own(fresh, sample.mara);
    sample.use_at(used, -DAY);
    sample.use_at(fresh, -15 * DAY);
    sample.use_at(due, -2 * DAY);
    let page = |filter| list(&sample.book, &query(None, filter), at(0)).unwrap();
    let counts = page(ListFilter::All).counts;
    assert_eq!(
        (counts.all, counts.due, counts.recent, counts.can_ask),
        (4, 2, 2, 0)
    );
    assert_eq!(
        shown(&page(ListFilter::Due).rows),
        ["shop/prod/DUE", "shop/prod/ENDING"]
    );
    assert_eq!(
        shown(&page(ListFilter::Recent).rows),
        ["shop/prod/USED", "shop/prod/DUE"],
        "the last use first"
    );
    assert_eq!(page(ListFilter::CanAsk).total, 0);
    let owned = ListQuery {
        owner: Some(sample.mara.to_string()),
        ..query(None, ListFilter::All)
    };
    let owned = list(&sample.book, &owned, at(0)).unwrap();
    assert_eq!(
        (shown(&owned.rows), owned.counts.all),
        (vec!["shop/prod/FRESH".to_owned()], 1)
    );
}

#[test]
fn what_one_only_sees_can_be_asked_for() {
    let mut sample = Sample::new();
    sample.secret("ALL", "shop/prod");
    sample.secret("USED_BY_PROGRAMS", "shop/dev");
    sample.secret("SEEN", "bank/prod");
    let page = list(&sample.book, &query(None, ListFilter::CanAsk), at(0)).unwrap();
    assert_eq!(shown(&page.rows), ["bank/prod/SEEN"]);
    assert_eq!((page.counts.can_ask, page.counts.all), (1, 3));
}

proptest! {
    #[test]
    fn pages_put_together_are_the_whole_list_in_order(
        secrets in prop::collection::vec(("[A-Za-zé_]{1,4}", 0usize..PLACES.len(), prop::option::of(-30i64..0)), 0..40),
        limit in 1u32..15,
        recent: bool,
    ) {
        let mut sample = Sample::new();
        for (name, place, used) in &secrets {
            let id = sample.secret(name, PLACES[*place]);
            if let Some(days) = used {
                sample.use_at(id, days * DAY);
            }
        }
        let filter = if recent { ListFilter::Recent } else { ListFilter::All };
        let whole = list(&sample.book, &query(None, filter), at(0)).unwrap();
        let mut paged = Vec::new();
        for offset in (0..=whole.total).step_by(limit as usize) {
            let page = list(&sample.book, &ListQuery { offset, limit, ..query(None, filter) }, at(0)).unwrap();
            prop_assert_eq!(page.total, whole.total);
            prop_assert!(page.rows.len() <= limit as usize);
            paged.extend(page.rows);
        }
        prop_assert_eq!(&paged, &whole.rows);
        let key = |row: &SecretRow| {
            let name = row.reference.env_name.clone().unwrap_or_else(|| row.reference.title.clone());
            let used = if recent { Reverse(row.last_used_at) } else { Reverse(None) };
            let path: Vec<String> = row.reference.path.split('/').map(str::to_owned).collect();
            (used, path, name.to_lowercase(), row.reference.id.clone())
        };
        prop_assert!(whole.rows.is_sorted_by_key(key));
        let expected = secrets.iter().filter(|(_, _, used)| used.is_some_and(|days| days >= -14)).count();
        prop_assert_eq!(whole.counts.recent as usize, expected);
        prop_assert_eq!(whole.counts.all as usize, secrets.len());
    }
}
