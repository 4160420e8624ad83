//! Groups give memberships of teams, and nothing else.

use super::{Client, On, linked};
use crate::house::{House, name};
use claviger_model::{
    builtin_roles::OWNER,
    entropy::SystemEntropy,
    ids::PrincipalId,
    principal::{Nature, PrincipalState},
};
use claviger_storage::principals::{MemberSource, Principal};
use serde_json::{Value, json};

on_both! {
    a_group_gives_the_team_that_it_stands_for_and_takes_it_again,
    a_group_that_nobody_mapped_is_a_team_without_rights_and_wrong_members_are_refused,
    whoever_made_a_token_that_counts_joins_nothing_by_it,
    who_has_left_joins_nothing_and_comes_back_to_nothing,
    where_the_claim_counts_there_are_no_groups_here,
    a_team_that_the_provider_empties_as_somebody_leaves_stands_in_their_case,
}

async fn mapped_team(house: &House, group: &str) -> PrincipalId {
    let id = PrincipalId::random(&SystemEntropy);
    let mut locked = house.app.store.locked().await.unwrap();
    let team = Principal {
        id,
        name: name(&format!("team of {group}")),
        state: PrincipalState::Active,
        nature: Nature::Team,
        email: None,
        created_at: locked.now(),
    };
    locked.insert_principal(&team).await.unwrap();
    locked.map_group(super::ISSUER, group, id).await.unwrap();
    locked.commit().await.unwrap();
    id
}

async fn teams(house: &House, person: PrincipalId) -> Vec<PrincipalId> {
    let mut reader = house.app.store.reader().await.unwrap();
    let of = reader.teams_of(person).await.unwrap();
    of.into_iter()
        .filter(|member| member.source == MemberSource::Provider)
        .map(|member| member.team)
        .collect()
}

async fn a_group_gives_the_team_that_it_stands_for_and_takes_it_again(on: On) {
    let house = on.house(|_| ()).await;
    let client = Client::new(&house).await;
    let (red, blue) = (
        mapped_team(&house, "red").await,
        mapped_team(&house, "blue").await,
    );
    let (ada, ben) = (house.actor(&[]).await.principal, house.actor(&[]).await.principal);
    linked(&house, ada, "ada").await;
    linked(&house, ben, "ben").await;
    let first = client.user("ada", json!({"externalId": "ada"})).await.id();
    let second = client.user("ben", json!({"externalId": "ben"})).await.id();
    let group = client.group("red", &[&first]).await;
    assert_eq!(group.status, 201, "{group:?}");
    let path = format!("/Groups/{}", group.id());
    assert_eq!(teams(&house, ada).await, [red]);
    let shown = client.call("GET", &format!("/Users/{first}"), Value::Null).await;
    assert_eq!(shown.json["groups"][0]["display"], "red");

    let added = client
        .patch(
            &path,
            json!([{"op": "add", "path": "members", "value": [{"value": second}]}]),
        )
        .await;
    assert_eq!(added.status, 200, "{added:?}");
    let before = house.head().await;
    let again = client
        .patch(
            &path,
            json!([{"op": "add", "path": "members", "value": [{"value": second}]}]),
        )
        .await;
    assert_eq!((again.tag(), house.head().await), (added.tag(), before));
    assert_eq!(teams(&house, ben).await, [red]);
    let out = json!([{"op": "remove", "path": format!("members[value eq \"{first}\"]")}]);
    assert_eq!(client.patch(&path, out).await.status, 200);
    assert_eq!(
        (teams(&house, ada).await, teams(&house, ben).await),
        (vec![], vec![red])
    );

    let renamed = client
        .patch(
            &path,
            json!([{"op": "replace", "path": "displayName", "value": "blue"}]),
        )
        .await;
    assert_eq!(renamed.status, 200);
    assert_eq!(
        teams(&house, ben).await,
        [blue],
        "by another name it stands for another team"
    );
    for filter in [
        format!("members%20eq%20%22{second}%22"),
        "displayName%20eq%20%22BLUE%22".to_owned(),
    ] {
        let list = client
            .call(
                "GET",
                &format!("/Groups?excludedAttributes=members&filter={filter}"),
                Value::Null,
            )
            .await;
        assert_eq!(list.json["totalResults"], 1, "{filter}");
        assert!(list.json["Resources"][0]["members"].is_null());
    }
    let search = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": "displayName eq \"blue\"",
        "attributes": ["displayName"],
    });
    for path in ["/.search", "/Groups/.search"] {
        let found = client.call("POST", path, search.clone()).await.json;
        assert_eq!(
            (&found["totalResults"], &found["Resources"][0]["displayName"]),
            (&json!(1), &json!("blue")),
            "{found}"
        );
    }
    assert_eq!(client.call("DELETE", &path, Value::Null).await.status, 204);
    assert_eq!(teams(&house, ben).await, []);
}

async fn a_group_that_nobody_mapped_is_a_team_without_rights_and_wrong_members_are_refused(on: On) {
    let house = on.house(|_| ()).await;
    let client = Client::new(&house).await;
    let ada = house.actor(&[]).await.principal;
    linked(&house, ada, "ada").await;
    let user = client.user("ada", json!({"externalId": "ada"})).await.id();
    let owners = client.group("Owner", &[&user]).await;
    assert_eq!(owners.status, 201);
    let made = teams(&house, ada).await;
    assert_eq!(made.len(), 1);
    let mut reader = house.app.store.reader().await.unwrap();
    assert!(reader.grant_history(made[0], 1).await.unwrap().is_empty());
    drop(reader);
    let before = house.head().await;
    for member in [
        owners.id(),
        "x".to_owned(),
        claviger_model::ids::ScimId::random(&SystemEntropy).to_string(),
    ] {
        let reply = client.group("other", &[&member]).await;
        assert_eq!((reply.status, reply.kind()), (400, "invalidValue"), "{reply:?}");
    }
    assert_eq!(client.group("OWNER", &[]).await.kind(), "uniqueness");
    assert_eq!(house.head().await, before);
}

async fn whoever_made_a_token_that_counts_joins_nothing_by_it(on: On) {
    let house = on.house(|_| ()).await;
    let red = mapped_team(&house, "red").await;
    let olga = house.actor(&[(OWNER, house.places.root)]).await;
    let (id, token) = super::token(&house, &olga).await;
    let client = Client { house: &house, token };
    linked(&house, olga.principal, "olga").await;
    let user = client.user("olga", json!({"externalId": "olga"})).await.id();
    assert_eq!(client.group("red", &[&user]).await.status, 201);
    assert_eq!(teams(&house, olga.principal).await, []);
    let other = Client::new(&house).await;
    let ended = house
        .call(
            Some(&olga),
            &claviger_protocol::route::END_SCIM_TOKEN,
            &[&id],
            &Value::Null,
        )
        .await;
    assert_eq!(ended.code(), "ok");
    // The next word of the provider's counts.
    assert_eq!(other.group("green", &[&user]).await.status, 201);
    assert!(teams(&house, olga.principal).await.contains(&red));
}

async fn who_has_left_joins_nothing_and_comes_back_to_nothing(on: On) {
    let house = on.house(|_| ()).await;
    let client = Client::new(&house).await;
    mapped_team(&house, "red").await;
    let ada = house.actor(&[]).await.principal;
    linked(&house, ada, "ada").await;
    let user = client.user("ada", json!({"externalId": "ada"})).await.id();
    let path = format!("/Groups/{}", client.group("red", &[&user]).await.id());
    client.set_active(&user, false).await;
    crate::offboarding::settle_steps(&house).await;
    assert_eq!(teams(&house, ada).await, []);
    assert_eq!(client.set_active(&user, true).await.status, 200);
    assert_eq!(
        teams(&house, ada).await,
        [],
        "the groups of before do not come back"
    );
    let add = json!([{"op": "add", "path": "members", "value": [{"value": user}]}]);
    assert_eq!(client.patch(&path, add).await.status, 200);
    assert_eq!(teams(&house, ada).await.len(), 1, "said anew, they count");
}

async fn where_the_claim_counts_there_are_no_groups_here(on: On) {
    let house = on.house(|config| config.scim.groups = false).await;
    let client = Client::new(&house).await;
    let reply = client.group("red", &[]).await;
    assert_eq!(reply.status, 404);
    assert!(reply.json["detail"].as_str().unwrap().contains("scim.groups"));
    let types = client.call("GET", "/ResourceTypes", Value::Null).await;
    assert_eq!(types.json["totalResults"], 1);
}

async fn a_team_that_the_provider_empties_as_somebody_leaves_stands_in_their_case(on: On) {
    let house = on.house(|_| ()).await;
    let client = Client::new(&house).await;
    let red = mapped_team(&house, "red").await;
    let ada = house.actor(&[]).await.principal;
    linked(&house, ada, "ada").await;
    let user = client.user("ada", json!({"externalId": "ada"})).await.id();
    assert_eq!(client.group("red", &[&user]).await.status, 201);
    assert_eq!(teams(&house, ada).await, [red]);
    // In the call that opens the case it takes them out of the team, too.
    client
        .call("DELETE", &format!("/Users/{user}"), Value::Null)
        .await;
    assert_eq!(teams(&house, ada).await, []);
    let mut reader = house.app.store.reader().await.unwrap();
    let case = reader.last_case_of(ada).await.unwrap().unwrap();
    let left = reader.teams_left(case.id, 9).await.unwrap();
    assert_eq!(left.iter().map(|(team, _)| *team).collect::<Vec<_>>(), [red]);
}
