use super::{Client, On};
use claviger_storage::principals::ZoneSource;
use serde_json::{Value, json};

on_both! {
    a_user_comes_changes_and_is_found,
    what_is_wrong_is_said_in_the_standards_words,
    lists_come_in_pages,
    the_zone_is_given_back_and_told_of_the_person,
}

async fn a_user_comes_changes_and_is_found(on: On) {
    let house = on.house(|_| ()).await;
    let client = Client::new(&house).await;
    let made = client
        .user("ada@example.com", json!({
            "externalId": "a-1", "displayName": "Ada", "name": {"familyName": "Lovelace"}, "title": "Countess",
            "emails": [{"value": "ada@work.example", "primary": true}], "id": "mine", "groups": [{"value": "x"}],
        }))
        .await;
    assert_eq!(made.status, 201, "{made:?}");
    let (id, path) = (made.id(), format!("/Users/{}", made.id()));
    let location = format!("https://vault.example/scim/v2{path}");
    assert_eq!(made.headers["location"], location.as_str());
    assert_eq!(made.json["meta"]["location"], location.as_str());
    assert_eq!(
        (&made.json["active"], &made.json["title"], &made.json["groups"]),
        (&json!(true), &Value::Null, &Value::Null)
    );
    assert_ne!(id, "mine");

    let tag = made.tag();
    assert_eq!(
        client
            .call_with("GET", &path, Value::Null, &[("if-none-match", &tag)])
            .await
            .status,
        304
    );
    let rename = |name: &str| {
        json!({
            "schemas": [super::PATCH], "Operations": [{"op": "replace", "path": "displayName", "value": name}],
        })
    };
    let changed = client
        .call_with("PATCH", &path, rename("Ada L."), &[("if-match", &tag)])
        .await;
    assert_eq!(
        (changed.status, &changed.json["displayName"]),
        (200, &json!("Ada L."))
    );
    let late = client
        .call_with("PATCH", &path, rename("A."), &[("if-match", &tag)])
        .await;
    assert_eq!(late.status, 412, "a version that was seen before the change");
    let before = house.head().await;
    let again = client.call("PATCH", &path, rename("Ada L.")).await;
    assert_eq!((again.status, again.tag()), (200, changed.tag()));
    assert_eq!(house.head().await, before, "what changes nothing is no event");

    for (query, found) in [
        ("filter=userName%20eq%20%22ADA@example.com%22", 1),
        ("filter=externalId%20eq%20%22a-1%22", 1),
        ("filter=externalId%20eq%20%22A-1%22", 0),
        ("filter=emails%5Bvalue%20ew%20%22work.example%22%5D", 1),
        ("filter=active%20eq%20false", 0),
        (
            "filter=name.familyName%20co%20%22love%22%20and%20active%20eq%20true",
            1,
        ),
        ("", 1),
    ] {
        let list = client.call("GET", &format!("/Users?{query}"), Value::Null).await;
        assert_eq!(
            (list.status, &list.json["totalResults"]),
            (200, &json!(found)),
            "{query} {list:?}"
        );
    }
    let part = client
        .call("GET", &format!("{path}?attributes=emails.value"), Value::Null)
        .await;
    assert_eq!(part.json["emails"], json!([{"value": "ada@work.example"}]));
    assert_eq!(
        (&part.json["id"], &part.json["userName"]),
        (&json!(id), &Value::Null)
    );
    let part = client
        .call(
            "GET",
            &format!("{path}?excludedAttributes=emails,meta"),
            Value::Null,
        )
        .await;
    assert!(
        part.json["emails"].is_null() && part.json["meta"].is_null() && part.json["userName"].is_string()
    );

    let whole = json!({"schemas": [], "userName": "ada", "externalId": "a-1"});
    let replaced = client.call("PUT", &path, whole).await;
    assert_eq!(
        (
            replaced.status,
            &replaced.json["displayName"],
            &replaced.json["emails"]
        ),
        (200, &Value::Null, &Value::Null)
    );
    assert_eq!(client.call("DELETE", &path, Value::Null).await.status, 204);
    assert_eq!(client.call("GET", &path, Value::Null).await.status, 404);
    assert_eq!(client.call("DELETE", &path, Value::Null).await.status, 404);
}

async fn what_is_wrong_is_said_in_the_standards_words(on: On) {
    let house = on.house(|_| ()).await;
    let client = Client::new(&house).await;
    client.user("ada", json!({"externalId": "a"})).await;
    let other = format!("/Users/{}", client.user("ben", json!({})).await.id());
    let before = house.head().await;
    for (method, path, body, expected) in [
        ("POST", "/Users", json!({"userName": "ADA"}), (409, "uniqueness")),
        (
            "POST",
            "/Users",
            json!({"userName": "eve", "externalId": "a"}),
            (409, "uniqueness"),
        ),
        (
            "PUT",
            other.as_str(),
            json!({"userName": "ada"}),
            (409, "uniqueness"),
        ),
        ("POST", "/Users", json!({}), (400, "invalidValue")),
        ("POST", "/Users", json!({"userName": ""}), (400, "invalidValue")),
        (
            "POST",
            "/Users",
            json!({"userName": "e\u{0}"}),
            (400, "invalidValue"),
        ),
        (
            "POST",
            "/Users",
            json!({"userName": "eve", "timezone": "Mars/Olympus"}),
            (400, "invalidValue"),
        ),
        (
            "PATCH",
            other.as_str(),
            json!({"schemas": [super::PATCH], "Operations": [{"op": "replace", "path": "timezone", "value": "CET-1CEST"}]}),
            (400, "invalidValue"),
        ),
        (
            "PATCH",
            other.as_str(),
            json!({"schemas": [super::PATCH], "Operations": [{"op": "add", "value": {"timezone": 7}}]}),
            (400, "invalidValue"),
        ),
        ("POST", "/Users", json!([]), (400, "invalidSyntax")),
        (
            "PATCH",
            other.as_str(),
            json!({"Operations": []}),
            (400, "invalidSyntax"),
        ),
        (
            "GET",
            "/Users?filter=userName%20is%20x",
            Value::Null,
            (400, "invalidFilter"),
        ),
        (
            "GET",
            "/Users?filter=colour%20eq%20%22x%22",
            Value::Null,
            (400, "invalidFilter"),
        ),
        ("GET", "/Users?count=many", Value::Null, (400, "invalidValue")),
        ("GET", "/Users/none", Value::Null, (404, "none")),
        ("GET", "/Bulk", Value::Null, (404, "none")),
        ("GET", "/Schemas?filter=id%20pr", Value::Null, (403, "none")),
    ] {
        let reply = client.call(method, path, body.clone()).await;
        assert_eq!(
            (reply.status, reply.kind()),
            expected,
            "{method} {path} {body} {reply:?}"
        );
    }
    assert_eq!(house.head().await, before);
}

async fn lists_come_in_pages(on: On) {
    let house = on.house(|_| ()).await;
    let client = Client::new(&house).await;
    for number in 0..5 {
        house.clock.advance(std::time::Duration::from_millis(1));
        client.user(&format!("user{number}"), json!({})).await;
    }
    for (query, start, names) in [
        ("startIndex=2&count=2", 2, vec!["user1", "user2"]),
        ("startIndex=5&count=200", 5, vec!["user4"]),
        ("startIndex=9", 9, vec![]),
        ("count=0", 1, vec![]),
        ("startIndex=-3&count=1", 1, vec!["user0"]),
        (
            "startIndex=2&count=2&filter=userName%20sw%20%22user%22%20and%20userName%20ne%20%22user1%22",
            2,
            vec!["user2", "user3"],
        ),
    ] {
        let list = client
            .call("GET", &format!("/Users?{query}"), Value::Null)
            .await
            .json;
        let found: Vec<&str> = list["Resources"]
            .as_array()
            .unwrap()
            .iter()
            .map(|user| user["userName"].as_str().unwrap())
            .collect();
        assert_eq!((found, &list["startIndex"]), (names, &json!(start)), "{query}");
        let total = if query.contains("filter") { 4 } else { 5 };
        assert_eq!(list["totalResults"], json!(total), "{query}");
    }
    let search = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "count": 2, "startIndex": 2,
        "attributes": ["userName"], "filter": "userName sw \"user\"",
    });
    let list = client.call("POST", "/Users/.search", search).await.json;
    let found = list["Resources"].as_array().unwrap();
    client.group("crew", &[]).await;
    for (start, count, names) in [(1, 9, 6), (5, 2, 2), (6, 5, 1), (7, 5, 0), (1, 0, 0)] {
        let search = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "count": count, "startIndex": start,
        });
        let all = client.call("POST", "/.search", search).await.json;
        let page = all["Resources"].as_array().unwrap();
        assert_eq!(
            (page.len(), &all["totalResults"]),
            (names, &json!(6)),
            "{start} {count}"
        );
    }
    assert_eq!(
        (
            found.len(),
            &list["totalResults"],
            &found[0]["userName"],
            &found[0]["meta"]
        ),
        (2, &json!(5), &json!("user1"), &Value::Null)
    );
}

async fn the_zone_is_given_back_and_told_of_the_person(on: On) {
    let house = on.house(|_| ()).await;
    let client = Client::new(&house).await;
    let made = client.user("ada", json!({"timezone": "europe/lisbon"})).await;
    assert_eq!(
        (made.status, &made.json["timezone"]),
        (201, &json!("europe/lisbon"))
    );
    let path = format!("/Users/{}", made.id());
    let found = client
        .call(
            "GET",
            "/Users?filter=timezone%20eq%20%22Europe/Lisbon%22",
            Value::Null,
        )
        .await;
    assert_eq!(found.json["totalResults"], json!(1), "{found:?}");
    let zones = async || {
        let mut reader = house.app.store.reader().await.unwrap();
        let users = reader.scim_user_named("ada").await.unwrap();
        let person = match users {
            Some(user) => user.principal,
            None => return Vec::new(),
        };
        reader.zones_of(person).await.unwrap()
    };
    let scim = |zone: &str| vec![(ZoneSource::Scim, zone.to_owned())];
    assert_eq!(zones().await, scim("Europe/Lisbon"), "in the database's spelling");
    let set = json!([{"op": "replace", "path": "timezone", "value": "Asia/Tokyo"}]);
    assert_eq!(client.patch(&path, set).await.json["timezone"], "Asia/Tokyo");
    assert_eq!(zones().await, scim("Asia/Tokyo"));
    let none = json!([{"op": "remove", "path": "timezone"}]);
    assert_eq!(client.patch(&path, none).await.json["timezone"], Value::Null);
    assert_eq!(zones().await, []);
    let again = json!([{"op": "add", "value": {"timezone": "Asia/Tokyo"}}]);
    assert_eq!(client.patch(&path, again).await.status, 200);
    let person = {
        let mut reader = house.app.store.reader().await.unwrap();
        reader.scim_user_named("ada").await.unwrap().unwrap().principal
    };
    assert_eq!(client.call("DELETE", &path, Value::Null).await.status, 204);
    let mut reader = house.app.store.reader().await.unwrap();
    assert_eq!(reader.zones_of(person).await.unwrap(), [], "gone with the user");
}
