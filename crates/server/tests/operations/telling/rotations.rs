//! Secrets that are older than they may be: told those who look after them, once for each version, in one notice a day.

use super::{kinds_of, makers_leave};
use crate::house::{Actor, House};
use claviger_model::{
    builtin_roles as roles,
    ids::{PrincipalId, SecretId},
    notice::{About, NoticeKind},
};
use claviger_protocol::route;
use claviger_server::telling;
use serde_json::json;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);
const NOTHING: [&str; 0] = [];

/// Gives a secret an age limit, and somebody who looks after it.
async fn limit(house: &House, secret: SecretId, days: u16, owner: Option<PrincipalId>) {
    let mut locked = house.app.store.locked().await.unwrap();
    let mut row = locked.secret(secret).await.unwrap().unwrap();
    row.description.rotate_after_days = Some(days);
    row.description.owner = owner;
    let now = locked.now();
    locked
        .describe_secret(secret, &row.description, now)
        .await
        .unwrap();
    locked.commit().await.unwrap();
}

async fn digests(house: &House, who: &Actor) -> Vec<About> {
    house.catch_up().await;
    let mut reader = house.app.store.reader().await.unwrap();
    let told = reader.notices_of(who.principal, None, false, 500).await.unwrap();
    let due = told.into_iter().filter(|one| one.kind == NoticeKind::RotationDue);
    due.map(|one| one.about).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn old_secrets_are_told_their_keepers_once_for_each_version_and_in_one_notice() {
    let house = House::new().await;
    let places = house.places;
    let mut secrets = Vec::new();
    for name in ["A", "B", "C"] {
        secrets.push(house.secret(places.production, name, b"x").await);
    }
    let kept = house.secret(places.production, "KEPT", b"x").await;
    let young = house.secret(places.production, "YOUNG", b"x").await;
    house.secret(places.production, "FOR EVER", b"x").await;
    makers_leave(&house, &[house.places.production]).await;
    let owner = house.actor(&[(roles::EDITOR, places.payments)]).await;
    let editor = house.actor(&[(roles::EDITOR, places.production)]).await;
    let reader = house.actor(&[(roles::READER, places.production)]).await;
    let elsewhere = house.actor(&[(roles::EDITOR, places.staging)]).await;
    for secret in &secrets {
        limit(&house, *secret, 10, None).await;
    }
    limit(&house, kept, 10, Some(owner.principal)).await;
    limit(&house, young, 300, None).await;

    house.clock.advance(DAY * 10 - Duration::from_secs(60));
    for who in [&owner, &editor] {
        assert_eq!(kinds_of(&house, who).await, NOTHING, "not yet");
    }
    // A day later at the latest; whoever owns one hears of their own, else those who may write there.
    house.clock.advance(DAY + Duration::from_secs(60));
    let told = digests(&house, &owner).await;
    assert_eq!(told.len(), 1);
    let alone = About {
        secret: Some(kept),
        scope: Some(places.production),
        count: Some(1),
        ..About::default()
    };
    // The owner may write the others, too, and hears of all in one notice.
    let all = About {
        secret: None,
        count: Some(4),
        ..alone.clone()
    };
    assert_eq!(told[0], all);
    let three = About {
        count: Some(3),
        ..all.clone()
    };
    assert_eq!(digests(&house, &editor).await, [three]);
    for who in [&reader, &elsewhere] {
        assert_eq!(kinds_of(&house, who).await, NOTHING);
    }
    // Neither the next days nor another process tell it again.
    for _ in 0..5 {
        house.clock.advance(DAY);
        let (a, b) = tokio::join!(telling::catch_up(&house.app), telling::catch_up(&house.app));
        assert!(a.is_ok() && b.is_ok());
    }
    assert_eq!(digests(&house, &editor).await.len(), 1);

    // A new version has its own time; a description that changes does not.
    let editor = house.sign_in(editor.principal).await;
    let second = json!({"version": 2, "value": house.sealed(&editor, secrets[0], 2, b"new")});
    let written = house
        .call(Some(&editor), &route::WRITE_VERSION, &[&secrets[0]], &second)
        .await;
    assert_eq!(written.code(), "ok", "{:?}", written.json());
    limit(&house, secrets[1], 9, None).await;
    house.clock.advance(DAY * 9);
    assert_eq!(digests(&house, &editor).await.len(), 1);
    house.clock.advance(DAY * 2);
    let told = digests(&house, &editor).await;
    assert_eq!((told.len(), told[0].secret), (2, Some(secrets[0])));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_could_do_anything_about_is_told_once_somebody_can() {
    let house = House::new().await;
    let production = house.places.production;
    let secret = house.secret(production, "A", b"x").await;
    makers_leave(&house, &[house.places.production]).await;
    limit(&house, secret, 1, None).await;
    house.catch_up().await;
    house.clock.advance(DAY * 3);
    house.catch_up().await;
    let editor = house.actor(&[(roles::EDITOR, production)]).await;
    house.clock.advance(DAY);
    assert_eq!(kinds_of(&house, &editor).await, ["rotation.due"]);
}
