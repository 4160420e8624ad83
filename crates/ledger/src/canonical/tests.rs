#![expect(clippy::unwrap_used, reason = "tests")]

use super::to_vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Members in the order in which they are given, unlike a `Value`'s.
struct Members(Vec<(String, Value)>);

impl serde::Serialize for Members {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

#[test]
fn what_would_take_more_is_refused() {
    for wrong in [
        json!(0.5),
        json!(1_u64 << 53),
        json!(-(1_i64 << 53)),
        json!({"ä": 1}),
        json!({"a b": 1}),
        json!({"a!": 1}),
        json!({"a\\": 1}),
        json!({"a\"": 1}),
        json!([{"a\n": 1}]),
    ] {
        assert!(to_vec(&wrong).is_err(), "{wrong}");
    }
    let twice = Members(vec![
        ("a".into(), json!(1)),
        ("b".into(), json!(1)),
        ("a".into(), json!(2)),
    ]);
    assert!(to_vec(&twice).is_err());
    let neighbours = Members(vec![("a".into(), json!(1)), ("a".into(), json!(2))]);
    assert!(to_vec(&neighbours).is_err());
    assert_eq!(to_vec(&json!({})).unwrap(), b"{}");
    assert_eq!(to_vec(&json!((1_i64 << 53) - 1)).unwrap(), b"9007199254740991");
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-(1_i64 << 53) + 1..(1_i64 << 53)).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[\\x00-\\x7f]{0,9}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec(("[a-z0-9._A-Z#-]{0,5}", inner), 0..6)
                .prop_map(|members| members.into_iter().collect::<Value>()),
        ]
    })
}

proptest! {
    #[test]
    fn it_writes_what_a_full_implementation_writes(members in prop::collection::vec(("[a-z0-9._A-Z#-]{0,5}", values()), 0..8)) {
        let unique: BTreeMap<_, _> = members.iter().cloned().collect();
        let mut kept = Vec::new();
        for (name, _) in members.iter().rev() {
            if !kept.iter().any(|(known, _): &(String, Value)| known == name) {
                kept.push((name.clone(), unique.get(name).unwrap().clone()));
            }
        }
        let members = Members(kept);
        prop_assert_eq!(to_vec(&members).unwrap(), serde_json_canonicalizer::to_vec(&members).unwrap());
    }
}
