#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use proptest::prelude::*;

/// Name, path, the rest.
type Entry = (&'static str, &'static str, &'static [&'static str]);

const SECRETS: &[Entry] = &[
    (
        "STRIPE_SECRET_KEY",
        "payments/production/stripe",
        &["Stripe secret key", "billing", "Mara Okafor"],
    ),
    (
        "STRIPE_WEBHOOK_SECRET",
        "payments/production/stripe",
        &["Webhook signing", "Mara Okafor"],
    ),
    (
        "STRIPE_SECRET_KEY",
        "payments/staging/stripe",
        &["Stripe secret key", "sandbox of the billing", "Mara Okafor"],
    ),
    ("DATABASE_URL", "payments/staging/postgres", &["Lin Sato"]),
    (
        "Zürich Zertifikat",
        "payments/production/network",
        &["Inès Moreau"],
    ),
    ("PUBLISHABLE_KEY", "payments/production/stripe", &["Mara Okafor"]),
    ("REDISTRIBUTE_TOKEN", "ledger/staging", &["Lin Sato"]),
    ("SMTP_PASSWORD", "platform/production", &["database", "Lin Sato"]),
    (
        "BANK_SFTP_PASSWORD",
        "ledger/production/bank",
        &["sftp", "Ana Prodi"],
    ),
];

fn entry(at: usize) -> (usize, Searchable<'static>) {
    let (name, path, more) = SECRETS[at];
    (
        at,
        Searchable {
            name,
            path,
            more: more.to_vec(),
        },
    )
}

fn index() -> SearchIndex<usize> {
    SearchIndex::new((0..SECRETS.len()).map(entry))
}

fn found(text: &str) -> Vec<usize> {
    index().search(text, 20).iter().map(|hit| hit.id).collect()
}

fn first(text: &str) -> Hit<usize> {
    index().search(text, 1).into_iter().next().unwrap()
}

/// What is highlighted, letter by letter.
fn marked(hit: &Hit<usize>) -> (String, String) {
    let (name, path, _) = SECRETS[hit.id];
    let letters = |text: &str, at: &[u32]| -> String {
        let all: Vec<char> = text.chars().collect();
        at.iter().map(|at| all[*at as usize]).collect()
    };
    (letters(name, &hit.name_matches), letters(path, &hit.path_matches))
}

#[test]
fn the_best_hit_and_what_is_highlighted() {
    // Typed, best hit, letters of its name, letters of its path.
    let table: &[(&str, usize, &str, &str)] = &[
        ("stri", 0, "STRI", ""),
        ("s", 7, "S", ""),
        ("STRIPE_SECRET_KEY", 0, "STRIPE_SECRET_KEY", ""),
        ("stripe_secret_key", 0, "STRIPE_SECRET_KEY", ""),
        ("stripe secret key stag", 2, "STRIPESECRETKEY", "stag"),
        ("prod stripe secret", 0, "STRIPESECRET", "prod"),
        ("pay prod", 5, "", "payprod"),
        ("pay prod pub", 5, "PUB", "payprod"),
        ("hook mara", 1, "HOOK", ""),
        ("sato url", 3, "URL", ""),
        ("database", 3, "DATABASE", ""),
        ("billing", 0, "", ""),
        ("prod", 7, "", "prod"),
        ("okafor pub", 5, "PUB", ""),
        ("strkey", 0, "STRKEY", ""),
        ("dburl", 3, "DBURL", ""),
        ("ZÜR", 4, "Zür", ""),
        ("zertifikat", 4, "Zertifikat", ""),
        ("databese", 3, "DATABSE", ""),
        ("strpie webhook", 1, "STRIEWEBHOOK", ""),
    ];
    for (typed, at, name, path) in table {
        let hit = first(typed);
        assert_eq!(
            (hit.id, marked(&hit)),
            (*at, ((*name).to_owned(), (*path).to_owned())),
            "`{typed}`"
        );
    }
}

#[test]
fn the_name_comes_first_then_the_path_then_the_rest_and_beginnings_before_middles() {
    let entries: &[Entry] = &[
        ("STRIPE_KEY", "a/b", &[]),
        ("KEY_STRIPE", "a/b", &[]),
        ("KEY", "a/stripe", &[]),
        ("KEY", "a/b", &["stripe"]),
        ("PINSTRIPE", "a/b", &[]),
        ("KEY", "a/pinstripe", &[]),
        ("KEY", "a/b", &["pinstripe"]),
        ("STRIKE_PLATE", "a/b", &[]),
        ("KEY", "a/strike-plate", &[]),
    ];
    // Entered from the worst to the best, so that the order is not that of entering.
    let index = SearchIndex::new(entries.iter().enumerate().rev().map(|(at, (name, path, more))| {
        (
            at,
            Searchable {
                name,
                path,
                more: more.to_vec(),
            },
        )
    }));
    let order: Vec<_> = index
        .search("stripe", 20)
        .iter()
        .map(|hit| (hit.id, hit.fit))
        .collect();
    let fits = [Fit::Begins; 4]
        .into_iter()
        .chain([Fit::Within; 3])
        .chain([Fit::Loose; 2]);
    assert_eq!(order, (0..).zip(fits).collect::<Vec<_>>());
}

#[test]
fn letters_of_the_name_come_before_letters_that_stand_closer_elsewhere() {
    let entries: &[Entry] = &[
        ("MY_STRIPE_OLD_KEY", "a/b", &["strikey"]),
        ("TOKEN", "a/strikey", &[]),
    ];
    let index = SearchIndex::new(entries.iter().enumerate().map(|(at, (name, path, more))| {
        (
            at,
            Searchable {
                name,
                path,
                more: more.to_vec(),
            },
        )
    }));
    let hits = index.search("strkey", 9);
    let shown: Vec<_> = hits
        .iter()
        .map(|hit| (hit.id, hit.name_matches.len(), hit.path_matches.len()))
        .collect();
    assert_eq!(shown, [(0, 6, 0), (1, 0, 6)]);
}

#[test]
fn of_equal_hits_the_one_with_the_least_left_over_comes_first() {
    assert_eq!(found("stripe prod")[..2], [0, 1], "the shorter name");
    assert_eq!(found("stripe_secret")[..2], [0, 2], "the shorter line");
}

#[test]
fn letters_that_are_strewn_over_a_line_are_no_hit() {
    assert!(found("nothing like it").is_empty());
    assert!(found("spkt").is_empty());
    assert!(found("  ").is_empty());
}

#[test]
fn a_typing_error_is_forgiven_only_when_nothing_fits() {
    assert!(
        index()
            .search("databese", 9)
            .iter()
            .all(|hit| hit.fit == Fit::Mistyped)
    );
    let hits = index().search("sato", 9);
    assert!(hits.iter().all(|hit| hit.fit == Fit::Begins), "{hits:?}");
    assert!(index().search_no_worse("databese", 9, Fit::Loose).is_empty());
    assert!(index().search_no_worse("strkey", 9, Fit::Within).is_empty());
    assert!(index().search_no_worse("hook", 9, Fit::Begins).is_empty());
    assert!(found("strx").is_empty(), "short words must fit");
}

#[test]
fn syntax_of_the_matcher_is_plain_text_here() {
    assert!(found("!st").is_empty(), "a negation would have found the others");
}

/// Words that begin with their letter and have no word of another's within them.
const WORDS: &[&str] = &[
    "alpha", "bravo", "charlie", "delta", "echo", "golf", "hotel", "kilo",
];

fn names() -> impl Strategy<Value = Vec<[usize; 3]>> {
    prop::collection::vec(prop::array::uniform3(0..WORDS.len()), 1..40)
}

proptest! {
    #[test]
    fn a_hit_in_the_name_comes_before_the_same_elsewhere(names in names(), word in 0..WORDS.len(), cut in 1_usize..5) {
        let texts: Vec<_> = names.iter().map(|words| words.map(|word| WORDS[word])).collect();
        let index = SearchIndex::new(texts.iter().enumerate().map(|(at, [name, path, more])| {
            (at, Searchable { name, path, more: vec![*more] })
        }));
        let typed = &WORDS[word][..cut.min(WORDS[word].len())];
        let hits = index.search(typed, 40);
        let begins: Vec<_> = hits.iter().filter(|hit| hit.fit == Fit::Begins).collect();
        let in_name: Vec<bool> = begins.iter().map(|hit| texts[hit.id][0].starts_with(typed)).collect();
        prop_assert!(in_name.is_sorted_by(|a, b| a >= b), "{in_name:?}");
        for (hit, in_name) in begins.iter().zip(in_name) {
            prop_assert_eq!(hit.name_matches.is_empty(), !in_name);
            prop_assert!(hit.path_matches.is_empty() || !in_name);
        }
        let all = texts.iter().filter(|texts| texts.iter().any(|text| text.starts_with(typed)));
        prop_assert_eq!(begins.len(), all.count());
    }

    #[test]
    fn hits_stand_by_how_they_fit(text in "[a-z_ ]{1,8}", limit in 0_usize..12) {
        let all = index().search(&text, 100);
        prop_assert!(all.is_sorted_by_key(|hit| hit.fit));
        let some = index().search(&text, limit);
        prop_assert!(some.len() <= limit);
        prop_assert_eq!(&all[..some.len()], &some[..]);
    }

    #[test]
    fn an_index_that_was_changed_finds_what_a_fresh_one_finds(
        removed in prop::collection::vec(0..SECRETS.len(), 0..6), again in 0..SECRETS.len(), text in "[a-z_ ]{1,8}",
    ) {
        let mut changed = index();
        for at in &removed {
            changed.remove(*at);
        }
        let (id, secret) = entry(again);
        changed.upsert(id, &secret);
        let left = (0..SECRETS.len()).filter(|at| *at == again || !removed.contains(at));
        let fresh = SearchIndex::new(left.map(entry));
        prop_assert_eq!(changed.len(), fresh.len());
        prop_assert_eq!(changed.search(&text, 10), fresh.search(&text, 10));
    }

    #[test]
    fn no_text_panics(text in any::<String>(), name in any::<String>(), limit in 0_usize..5) {
        let mut index = index();
        index.upsert(99, &Searchable { name: &name, path: "a", more: Vec::new() });
        prop_assert!(index.search(&text, limit).len() <= limit);
        let hits = index.search(&name, 5);
        let points = u32::try_from(name.chars().count()).unwrap();
        prop_assert!(hits.iter().filter(|hit| hit.id == 99).flat_map(|hit| &hit.name_matches).all(|at| *at < points));
    }
}
