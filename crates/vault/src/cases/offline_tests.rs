use super::*;
use crate::cases::testing::{LEASE_MS, Sample, at};

#[test]
fn only_what_may_be_used_and_kept_is_fetched_and_fresh_copies_are_not_fetched_again() {
    let mut sample = Sample::new();
    let missing = sample.secret("MISSING", "shop/prod");
    let fresh = sample.secret("FRESH", "shop/prod/stripe");
    let half_gone = sample.secret("HALF", "shop/prod/stripe");
    let outdated = sample.secret("OLD", "shop/prod");
    sample.secret("NO_LEASE_ALLOWED", "shop/dev");
    sample.secret("NO_RIGHT", "bank/prod");
    for secret in [fresh, half_gone, outdated] {
        sample.lease(secret, LEASE_MS);
    }
    sample.lease(half_gone, LEASE_MS / 2);
    sample.change(outdated, |record| record.secret.version = 2);
    let (shop, prod) = (sample.scope("shop"), sample.scope("shop/prod"));
    let mut expected = vec![missing, half_gone, outdated];
    expected.sort_unstable();
    let wanted = |place: ScopeId| {
        let within = places::within(&sample.book, place);
        sample.book.to_lease(|scope| within.contains(&scope), at(1))
    };
    assert_eq!(wanted(shop), expected);
    assert_eq!(wanted(prod), expected);
    assert!(wanted(sample.scope("bank")).is_empty());
}

#[test]
fn what_is_held_is_told_by_environment_and_whether_it_was_asked_for() {
    let mut sample = Sample::new();
    let (a, b) = (
        sample.secret("A", "shop/prod"),
        sample.secret("B", "shop/prod/stripe"),
    );
    let c = sample.secret("C", "shop/dev");
    sample.lease(a, 90);
    sample.lease(b, 50);
    sample.lease(c, 70);
    let mut told = |kept: &[&str]| -> Vec<(String, u32, i64, bool)> {
        sample.keep(kept);
        let found = leases(&sample.book).into_iter();
        found
            .map(|one| (one.path, one.values, one.readable_until, one.kept))
            .collect()
    };
    let (dev, prod) = (("shop/dev".to_owned(), 1, 70), ("shop/prod".to_owned(), 2, 50));
    let row = |(path, values, until): (String, u32, i64), kept| (path, values, until, kept);
    assert_eq!(
        told(&["shop/prod"]),
        [row(dev.clone(), false), row(prod.clone(), true)]
    );
    assert_eq!(told(&["shop"]), [row(dev.clone(), true), row(prod.clone(), true)]);
    let mut held = held(&sample.book, sample.scope("shop/prod"));
    held.sort_unstable();
    let mut expected = [a, b];
    expected.sort_unstable();
    assert_eq!(held, expected);
}
