#![expect(clippy::unwrap_used, reason = "tests")]

use super::{Attribute, DEEPEST, Filter, FilterError, LONGEST, MOST_TERMS, Operator, Path};
use crate::scim::schema::USER;
use proptest::prelude::*;
use serde_json::{Value, json};

fn ada() -> Value {
    json!({
        "id": "1b", "userName": "Ada@Example.com", "active": true, "externalId": "Case",
        "name": {"familyName": "Lovelace", "givenName": "Ada"},
        "emails": [{"value": "ada@work.example", "type": "work", "primary": true}, {"value": "ada@home.example", "type": "home"}],
        "meta": {"created": "2026-11-22T10:00:00Z", "lastModified": "2026-11-22T12:00:00Z"},
    })
}

#[test]
fn the_examples_of_the_standard_and_their_like_are_understood() {
    for (text, fulfilled) in [
        (r#"userName eq "ada@example.COM""#, true),
        (r#"externalId eq "case""#, false),
        (r#"externalId EQ "Case""#, true),
        (
            r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "ada""#,
            true,
        ),
        (r#"name.familyName co "love""#, true),
        (r#"title pr"#, false),
        (r#"displayName pr"#, false),
        (r#"displayName eq null"#, true),
        (r#"meta.lastModified gt "2026-11-22T11:00:00+00:00""#, true),
        (r#"meta.lastModified lt "2026-11-22T12:00:00.000+01:00""#, false),
        (
            r#"active eq true and (emails co "home" or emails.type eq "none")"#,
            true,
        ),
        (r#"emails[type eq "work" and value ew "home.example"]"#, false),
        (r#"emails[type eq "home" and value ew "home.example"]"#, true),
        (r#"not (emails.type eq "work")"#, false),
        (r#"userName eq "x" or active eq true and userName eq "y""#, false),
        (r#"(userName eq "x" or active eq true) and userName sw "a""#, true),
        (r#"userName ne "x""#, true),
        (r#"userName eq "a\"b""#, false),
    ] {
        let filter = Filter::parse(text).unwrap();
        let known = filter.check(USER.attributes).is_ok();
        assert_eq!(known, !text.starts_with("title"), "{text}");
        assert_eq!(filter.matches(&ada(), USER.attributes), fulfilled, "{text}");
    }
}

#[test]
fn what_is_no_filter_is_refused() {
    for text in [
        "",
        " ",
        "userName",
        "userName eq",
        r#"userName eq ada"#,
        r#"eq "x""#,
        "(userName pr",
        "userName pr)",
        "not userName pr",
        r#"userName is "x""#,
        r#"userName eq "x" and"#,
        r#"userName eq "x"#,
        "active gt true",
        "emails[type pr",
        r#"emails[type[value eq "x"]]"#,
        r#"a:b:userName eq "x""#,
        "userName pr pr",
        r#"userName eq "x" "y""#,
        "1name pr",
        "name. pr",
        "name.a.b pr",
        r#"userName eq 1-2"#,
        "\u{0} pr",
        r#"emails.value[type eq "x"]"#,
    ] {
        assert_eq!(Filter::parse(text), Err(FilterError::Form), "{text}");
    }
    for text in [
        r#"active eq "true""#,
        "active co \"t\"",
        "userName eq 5",
        "meta.created gt \"soon\"",
        "name[givenName pr]",
    ] {
        assert!(
            Filter::parse(text).unwrap().check(USER.attributes).is_err(),
            "{text}"
        );
    }
}

#[test]
fn length_depth_and_terms_are_bounded() {
    let nested = |depth: usize| format!("{}userName pr{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Filter::parse(&nested(DEEPEST - 1)).is_ok());
    assert_eq!(Filter::parse(&nested(DEEPEST)), Err(FilterError::Deep));
    assert_eq!(Filter::parse(&nested(LONGEST / 2 - 8)), Err(FilterError::Deep));
    let joined = |terms: usize| vec!["a pr"; terms].join(" and ");
    assert!(Filter::parse(&joined(MOST_TERMS)).is_ok());
    assert_eq!(Filter::parse(&joined(MOST_TERMS + 1)), Err(FilterError::Terms));
    assert_eq!(Filter::parse(&" ".repeat(LONGEST + 1)), Err(FilterError::Long));
}

#[test]
fn paths_of_changes_are_understood() {
    let path = Path::parse(r#"emails[type eq "work"].value"#).unwrap();
    assert_eq!(
        (path.attribute.name.as_str(), path.sub.as_deref()),
        ("emails", Some("value"))
    );
    assert!(path.filter.is_some());
    let path = Path::parse("urn:ietf:params:scim:schemas:core:2.0:User:name.familyName").unwrap();
    assert_eq!(path.attribute.sub.as_deref(), Some("familyName"));
    for text in [
        "",
        "emails[",
        "emails[].value",
        "emails.value[type pr]",
        "emails[type pr].a.b",
        "a b",
        "members[value eq \"x\"].",
    ] {
        assert!(Path::parse(text).is_err(), "{text}");
    }
}

fn attribute() -> impl Strategy<Value = Attribute> {
    let name = || "[a-z][A-Za-z0-9_-]{0,6}".prop_filter("no words of the grammar", |name| name != "not");
    let urn = prop::option::of("urn:[a-z]{1,5}:[a-z0-9.]{1,5}".prop_map(String::from));
    (urn, name(), prop::option::of(name())).prop_map(|(schema, name, sub)| Attribute { schema, name, sub })
}

fn filter() -> impl Strategy<Value = Filter> {
    let operator = prop::sample::select(Operator::ALL.map(|(operator, _)| operator).to_vec());
    let compare = (attribute(), operator, ".{0,12}")
        .prop_map(|(attribute, operator, text)| Filter::Compare(attribute, operator, Value::String(text)));
    let flag = (attribute(), any::<bool>())
        .prop_map(|(attribute, flag)| Filter::Compare(attribute, Operator::Eq, Value::Bool(flag)));
    let leaf = prop_oneof![attribute().prop_map(Filter::Present), compare, flag];
    let plain = leaf.clone().prop_recursive(3, 8, 2, joined);
    let within = (attribute(), plain).prop_map(|(attribute, inner)| {
        Filter::Within(
            Attribute {
                sub: None,
                ..attribute
            },
            Box::new(inner),
        )
    });
    prop_oneof![leaf, within].prop_recursive(4, 24, 2, joined)
}

fn joined(inner: BoxedStrategy<Filter>) -> impl Strategy<Value = Filter> {
    let two = (inner.clone(), inner.clone());
    prop_oneof![
        two.clone()
            .prop_map(|(a, b)| Filter::And(Box::new(a), Box::new(b))),
        two.prop_map(|(a, b)| Filter::Or(Box::new(a), Box::new(b))),
        inner.prop_map(|a| Filter::Not(Box::new(a))),
    ]
}

fn depth(filter: &Filter) -> usize {
    match filter {
        Filter::Present(_) | Filter::Compare(..) => 0,
        Filter::And(a, b) | Filter::Or(a, b) => depth(a).max(depth(b)),
        Filter::Not(a) | Filter::Within(_, a) => 1 + depth(a),
    }
}

proptest! {
    #[test]
    fn what_is_written_down_reads_back_as_itself(filter in filter()) {
        prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
    }

    #[test]
    fn whatever_comes_is_bounded_and_no_panic(text in r#"([a-z(\[\]).:" ]|and |or |not |eq |pr |"x" ){0,60}"#) {
        if let Ok(filter) = Filter::parse(&text) {
            prop_assert!(depth(&filter) <= DEEPEST);
            let _ = filter.matches(&ada(), USER.attributes);
        }
        let _ = Path::parse(&text);
    }

    #[test]
    fn not_is_the_opposite_and_and_is_both(a in filter(), b in filter()) {
        let ada = ada();
        let fulfilled = |filter: &Filter| filter.matches(&ada, USER.attributes);
        let (is_a, is_b) = (fulfilled(&a), fulfilled(&b));
        prop_assert_eq!(fulfilled(&Filter::Not(Box::new(a.clone()))), !is_a);
        prop_assert_eq!(fulfilled(&Filter::And(Box::new(a.clone()), Box::new(b.clone()))), is_a && is_b);
        prop_assert_eq!(fulfilled(&Filter::Or(Box::new(a), Box::new(b))), is_a || is_b);
    }
}
