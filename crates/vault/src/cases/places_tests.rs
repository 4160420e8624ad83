#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::cases::testing::{LEASE_MS, Sample};
use claviger_cache::Mark;
use proptest::prelude::*;
use std::sync::Arc;

const PLACES: [&str; 4] = ["bank/prod", "shop/dev", "shop/prod", "shop/prod/stripe"];

fn find<'a>(view: &'a PlacesView, path: &str) -> &'a Place {
    view.places.iter().find(|place| place.path == path).unwrap()
}

#[test]
fn the_tree_stands_parents_first_with_classes_from_environments_down() {
    let sample = Sample::new();
    let view = places(&sample.book, sample.me);
    let paths: Vec<_> = view.places.iter().map(|place| place.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "bank",
            "bank/prod",
            "shop",
            "shop/dev",
            "shop/prod",
            "shop/prod/stripe"
        ]
    );
    let shop = find(&view, "shop");
    assert_eq!((shop.parent.as_deref(), shop.class, shop.depth), (None, None, 1));
    let stripe = find(&view, "shop/prod/stripe");
    assert_eq!(stripe.parent, Some(find(&view, "shop/prod").id.clone()));
    assert_eq!(
        (stripe.class, stripe.name.as_str(), stripe.depth),
        (find(&view, "shop/prod").class, "stripe", 3)
    );
    assert!(
        stripe.rights.create && !stripe.rights.keep_offline,
        "only environments are kept"
    );
    assert!(find(&view, "shop/prod").rights.keep_offline);
    assert!(
        !find(&view, "shop/dev").rights.keep_offline,
        "policy allows no copies"
    );
    assert!(
        !find(&view, "bank/prod").rights.keep_offline,
        "nothing may be used"
    );
    assert_eq!(find(&view, "shop/prod").offline_for, Some(LEASE_MS));
}

#[test]
fn copies_count_as_kept_where_somebody_asked_for_them() {
    let mut sample = Sample::new();
    let (a, b) = (
        sample.secret("A", "shop/prod"),
        sample.secret("B", "shop/prod/stripe"),
    );
    sample.lease(a, 90);
    sample.lease(b, 50);
    let untouched = places(&sample.book, sample.me);
    assert!(
        untouched.places.iter().all(|place| place.kept_offline.is_none()),
        "left by use"
    );
    sample.keep(&["shop/prod"]);
    let view = places(&sample.book, sample.me);
    let kept = |path| {
        find(&view, path)
            .kept_offline
            .clone()
            .map(|kept| (kept.values, kept.readable_until))
    };
    assert_eq!(kept("shop/prod"), Some((2, Some(50))));
    assert_eq!(kept("shop/prod/stripe"), Some((1, Some(50))));
    assert_eq!((kept("shop"), kept("shop/dev")), (None, None));
    sample.keep(&["bank/prod"]);
    let view = places(&sample.book, sample.me);
    let empty = find(&view, "bank/prod").kept_offline.clone();
    assert_eq!(
        empty.map(|kept| (kept.values, kept.readable_until)),
        Some((0, None))
    );
}

#[test]
fn favourites_that_are_gone_are_not_shown() {
    let mut sample = Sample::new();
    let (here, gone) = (
        sample.secret("HERE", "shop/prod"),
        sample.secret("GONE", "shop/prod"),
    );
    let mark = Mark {
        favourite: true,
        used_at: None,
    };
    Arc::make_mut(&mut sample.book.marks).extend([(here, mark), (gone, mark)]);
    sample.book.remove(gone);
    let view = places(&sample.book, sample.me);
    assert_eq!(
        view.favourites
            .iter()
            .map(|one| one.title.as_str())
            .collect::<Vec<_>>(),
        ["HERE"]
    );
}

proptest! {
    #[test]
    fn counts_roll_up(placed in prop::collection::vec(0usize..PLACES.len(), 0..30)) {
        let mut sample = Sample::new();
        for (number, place) in placed.iter().enumerate() {
            sample.secret(&format!("S{number}"), PLACES[*place]);
        }
        let view = places(&sample.book, sample.me);
        for place in &view.places {
            let beneath = placed.iter().filter(|at| {
                PLACES[**at] == place.path || PLACES[**at].starts_with(&format!("{}/", place.path))
            });
            prop_assert_eq!(place.count as usize, beneath.count(), "{}", place.path);
        }
        prop_assert_eq!(view.total as usize, placed.len());
    }
}
