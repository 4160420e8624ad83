#![expect(clippy::unwrap_used, reason = "tests")]

use super::{apply, parse};
use crate::scim::schema::{GROUP, Schema, USER};
use proptest::prelude::*;
use serde_json::{Value, json};

fn patched(schema: &Schema, resource: &Value, operations: &Value) -> Result<Value, &'static str> {
    let body =
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations});
    let operations = parse(schema, &body).map_err(|fault| fault.kind)?;
    let changed = apply(schema, resource.as_object().unwrap(), &operations);
    changed.map(Value::Object).map_err(|fault| fault.kind)
}

fn ada() -> Value {
    json!({
        "userName": "ada", "active": true, "name": {"familyName": "Lovelace"},
        "emails": [{"value": "a@w", "type": "work", "primary": true}, {"value": "a@h", "type": "home"}],
    })
}

#[test]
fn each_way_of_the_standard_does_what_it_says() {
    for (operations, pointer, expected) in [
        (
            json!([{"op": "replace", "path": "active", "value": false}]),
            "/active",
            json!(false),
        ),
        (
            json!([{"op": "Replace", "path": "ACTIVE", "value": "False"}]),
            "/active",
            json!(false),
        ),
        (
            json!([{"op": "replace", "value": {"active": false, "name.givenName": "Ada"}}]),
            "/name/givenName",
            json!("Ada"),
        ),
        (
            json!([{"op": "add", "path": "name.givenName", "value": "Ada"}]),
            "/name",
            json!({"familyName": "Lovelace", "givenName": "Ada"}),
        ),
        (
            json!([{"op": "add", "path": "name", "value": {"givenName": "Ada"}}]),
            "/name",
            json!({"familyName": "Lovelace", "givenName": "Ada"}),
        ),
        (
            json!([{"op": "replace", "path": "name", "value": {"givenName": "Ada"}}]),
            "/name",
            json!({"givenName": "Ada"}),
        ),
        (
            json!([{"op": "remove", "path": "name.familyName"}]),
            "/name",
            Value::Null,
        ),
        (
            json!([{"op": "remove", "path": "emails"}]),
            "/emails",
            Value::Null,
        ),
        (
            json!([{"op": "remove", "path": "emails[type eq \"home\"]"}]),
            "/emails/1",
            Value::Null,
        ),
        (
            json!([{"op": "remove", "path": "emails[type eq \"other\"]"}]),
            "/emails/1/value",
            json!("a@h"),
        ),
        (
            json!([{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "new"}]),
            "/emails/0/value",
            json!("new"),
        ),
        (
            json!([{"op": "add", "path": "emails[type eq \"other\"].value", "value": "o@o"}]),
            "/emails/2",
            json!({"type": "other", "value": "o@o"}),
        ),
        (
            json!([{"op": "add", "path": "emails", "value": [{"value": "p@p", "primary": true}]}]),
            "/emails/0",
            json!({"value": "a@w", "type": "work"}),
        ),
        (
            json!([{"op": "add", "path": "emails", "value": {"value": "a@w", "type": "work"}}]),
            "/emails/2",
            Value::Null,
        ),
        (
            json!([{"op": "add", "path": "urn:ietf:params:scim:schemas:core:2.0:User:displayName", "value": "A"}]),
            "/displayName",
            json!("A"),
        ),
        (
            json!([{"op": "add", "value": {"title": "Countess", "displayName": "A"}}]),
            "/displayName",
            json!("A"),
        ),
    ] {
        let changed = patched(&USER, &ada(), &operations).unwrap();
        assert_eq!(
            changed.pointer(pointer).cloned().unwrap_or_default(),
            expected,
            "{operations} {changed}"
        );
    }
}

#[test]
fn what_cannot_be_done_is_said() {
    for (operations, kind) in [
        (json!([]), "invalidSyntax"),
        (json!([{"op": "move", "path": "active"}]), "invalidSyntax"),
        (json!([{"op": "remove"}]), "noTarget"),
        (
            json!([{"op": "replace", "path": "emails[type eq \"other\"].value", "value": "x"}]),
            "noTarget",
        ),
        (
            json!([{"op": "replace", "path": "id", "value": "x"}]),
            "mutability",
        ),
        (
            json!([{"op": "replace", "path": "meta.created", "value": "x"}]),
            "mutability",
        ),
        (
            json!([{"op": "add", "path": "groups", "value": []}]),
            "mutability",
        ),
        (
            json!([{"op": "add", "path": "title", "value": "x"}]),
            "invalidPath",
        ),
        (
            json!([{"op": "add", "path": "urn:x:y:userName", "value": "x"}]),
            "invalidPath",
        ),
        (
            json!([{"op": "add", "path": "name[givenName pr]", "value": "x"}]),
            "invalidPath",
        ),
        (
            json!([{"op": "add", "path": "emails[colour eq \"x\"]", "value": {}}]),
            "invalidFilter",
        ),
        (json!([{"op": "remove", "path": "userName"}]), "invalidValue"),
        (
            json!([{"op": "replace", "path": "active", "value": "perhaps"}]),
            "invalidValue",
        ),
        (
            json!([{"op": "replace", "path": "userName", "value": {"a": 1}}]),
            "invalidValue",
        ),
        (json!([{"op": "add", "path": "active"}]), "invalidValue"),
    ] {
        assert_eq!(patched(&USER, &ada(), &operations), Err(kind), "{operations}");
    }
}

#[test]
fn naming_the_members_that_go_takes_no_others() {
    let group = json!({"displayName": "g", "members": [{"value": "1"}, {"value": "2"}, {"value": "3"}]});
    let left = |operation: Value| {
        let changed = patched(&GROUP, &group, &json!([operation])).unwrap();
        let members = changed
            .get("members")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        members
            .iter()
            .map(|member| member["value"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        left(json!({"op": "remove", "path": "members", "value": [{"value": "2"}]})),
        ["1", "3"]
    );
    assert_eq!(
        left(json!({"op": "remove", "path": "members[value eq \"2\"]"})),
        ["1", "3"]
    );
    assert_eq!(
        left(json!({"op": "remove", "path": "members[value eq \"1\" or value eq \"3\"]"})),
        ["2"]
    );
    assert_eq!(
        left(json!({"op": "remove", "path": "members"})),
        Vec::<String>::new()
    );
    assert_eq!(
        left(
            json!({"op": "replace", "path": "members", "value": [{"value": "9", "type": "User", "$ref": "x"}]})
        ),
        ["9"]
    );
    assert_eq!(
        left(json!({"op": "add", "path": "members", "value": [{"value": "1"}, {"value": "4"}]})),
        ["1", "2", "3", "4"]
    );
}

proptest! {
    /// Adding members and taking them away again, in whatever order and form, is what it is for sets.
    #[test]
    fn members_are_a_set(steps in prop::collection::vec((any::<bool>(), prop::collection::vec(0_u8..8, 1..4), any::<bool>()), 0..12)) {
        let mut expected = std::collections::BTreeSet::new();
        let mut group = json!({"displayName": "g"});
        for (add, members, by_filter) in steps {
            let values: Vec<Value> = members.iter().map(|member| json!({"value": member.to_string()})).collect();
            let operations = if add {
                expected.extend(members.iter().copied());
                json!([{"op": "add", "path": "members", "value": values}])
            } else {
                for member in &members { expected.remove(member); }
                if by_filter {
                    let each = members.iter().map(|member| json!({"op": "remove", "path": format!("members[value eq \"{member}\"]")}));
                    Value::Array(each.collect())
                } else {
                    json!([{"op": "remove", "path": "members", "value": values}])
                }
            };
            group = patched(&GROUP, &group, &operations).unwrap();
        }
        let members = group.get("members").and_then(Value::as_array).cloned().unwrap_or_default();
        let is: std::collections::BTreeSet<u8> =
            members.iter().map(|member| member["value"].as_str().unwrap().parse().unwrap()).collect();
        prop_assert_eq!(is.len(), members.len());
        prop_assert_eq!(is, expected);
    }

    /// The same operations a second time change nothing more: a client that did not hear the answer may ask again.
    #[test]
    fn replacing_twice_is_replacing_once(name in "[a-z]{1,8}", active in any::<bool>(), address in "[a-z]{1,8}") {
        let operations = json!([
            {"op": "replace", "path": "displayName", "value": name},
            {"op": "replace", "path": "active", "value": active},
            {"op": "add", "path": "emails[type eq \"other\"].value", "value": address},
        ]);
        let once = patched(&USER, &ada(), &operations).unwrap();
        prop_assert_eq!(patched(&USER, &once, &operations).unwrap(), once);
    }
}
