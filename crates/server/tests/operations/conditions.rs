//! What the end of access under conditions takes from devices, wherever and whenever it ends.

use crate::{
    house::{Actor, House, grant},
    orders::{grant_of, targets},
};
use claviger_model::{
    builtin_roles as roles,
    conditions::{Conditions, GrantConditions},
    ids::GrantId,
    time::Clock,
};
use claviger_protocol::{order::Target, route};
use serde_json::json;

/// Gives somebody a role that counts under these conditions.
async fn under(house: &House, actor: &Actor, conditions: &Conditions) -> GrantId {
    let mut locked = house.app.store.locked().await.unwrap();
    let mut given = grant(
        actor.principal,
        roles::READER,
        house.places.production,
        locked.now(),
    );
    given.conditions = GrantConditions::Known(conditions.clone());
    locked.insert_grant(&given).await.unwrap();
    locked.commit().await.unwrap();
    given.id
}

#[tokio::test(flavor = "multi_thread")]
async fn access_under_conditions_is_ordered_away_when_it_ends_wherever_and_whenever_that_is() {
    let house = House::new().await;
    let production = house.places.production;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let of_network: Conditions = serde_json::from_value(json!({"networks": ["192.0.2.0/24"]})).unwrap();
    // The clock of the house stands at an hour of a day that is not among them.
    let closed: Conditions = {
        let hour = house.clock.now().millis() / 3_600_000 % 24;
        let (from, until) = ((hour + 2) % 24, (hour + 3) % 24);
        let hours =
            json!({"zone": "UTC", "from": format!("{from:02}:00"), "until": format!("{until:02}:00")});
        serde_json::from_value(json!({"hours": hours})).unwrap()
    };
    for conditions in [of_network, closed] {
        let person = house.actor(&[]).await;
        let given = under(&house, &person, &conditions).await;
        let body = json!({"reason": "left the team"});
        let ended = house
            .call(Some(&owner), &route::END_GRANT, &[&given], &body)
            .await;
        assert_eq!(ended.code(), "ok");
        let whole = Target::Scope {
            scope: production,
            names: true,
        };
        assert_eq!(targets(&house, &person).await, [whole], "{conditions:?}");

        // What another grant gives under such conditions is not lost.
        let person = house.actor(&[(roles::READER, production)]).await;
        let direct = grant_of(&house, &person).await;
        under(&house, &person, &conditions).await;
        let ended = house
            .call(Some(&owner), &route::END_GRANT, &[&direct], &body)
            .await;
        assert_eq!(ended.code(), "ok");
        assert_eq!(targets(&house, &person).await, [], "{conditions:?}");
    }
}
