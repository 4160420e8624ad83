//! A device follows by its cursor, scope by scope.

use crate::house::{House, description};
use claviger_model::{builtin_roles as roles, entropy::SystemEntropy, ids::SecretId};
use claviger_protocol::{
    route,
    sync::{self, ScopesReply, SyncReply},
};
use claviger_server::operations::secrets::locate::record_with;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_device_follows_by_cursor() {
    let house = House::new().await;
    let (production, staging) = (house.places.production, house.places.staging);
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let editor = house.actor(&[(roles::EDITOR, production)]).await;
    let a = house.secret(production, "A", b"a").await;
    let hidden = house.secret(staging, "HIDDEN", b"h").await;

    let sync = async |cursor: u64, digest: Option<Value>| -> SyncReply {
        let mut body = json!({"cursor": cursor});
        if let Some(digest) = digest {
            body["entitlement"] = digest;
        }
        house.call(Some(&editor), &route::SYNC, &[], &body).await.parse()
    };
    let first = sync(0, None).await;
    let entitlement = first.entitlement.unwrap();
    assert_eq!(entitlement.digest, entitlement.computed_digest().unwrap());
    let scopes: Vec<_> = entitlement
        .scopes
        .iter()
        .map(|scope| scope.path.to_string())
        .collect();
    assert_eq!(scopes, ["", "payments", "payments/production"]);
    let rights: Vec<_> = entitlement
        .rights
        .iter()
        .map(|rights| (rights.scope, rights.lease_ms))
        .collect();
    assert_eq!(rights, [(production, Some(8 * 3600 * 1000))]);
    let digest = Some(serde_json::to_value(&entitlement.digest).unwrap());

    let body = json!({"scopes": [production, staging]});
    let page: ScopesReply = house
        .call(Some(&editor), &route::SYNC_SCOPES, &[], &body)
        .await
        .parse();
    assert_eq!(
        page.secrets
            .iter()
            .map(|record| record.secret.id)
            .collect::<Vec<_>>(),
        [a]
    );

    let quiet = sync(first.cursor, digest.clone()).await;
    assert!(quiet.entitlement.is_none() && quiet.secrets.is_empty() && quiet.removed.is_empty());
    assert_eq!(quiet.cursor, first.cursor);

    let b = house.secret(production, "B", b"b").await;
    house.secret(staging, "C", b"c").await;
    let news = sync(quiet.cursor, digest.clone()).await;
    assert_eq!(
        news.secrets
            .iter()
            .map(|record| record.secret.id)
            .collect::<Vec<_>>(),
        [b]
    );

    // Moved out of sight, and deleted.
    let mover = house.actor(&[(roles::EDITOR, house.places.payments)]).await;
    let moved = house
        .call(
            Some(&mover),
            &route::MOVE_SECRET,
            &[&a],
            &json!({"scope": staging}),
        )
        .await;
    assert_eq!(moved.code(), "ok");
    assert_eq!(
        house
            .call(Some(&mover), &route::DELETE_SECRET, &[&b], &Value::Null)
            .await
            .code(),
        "ok"
    );
    let mut gone = sync(news.cursor, digest.clone()).await;
    gone.removed.sort();
    let mut expected = vec![a, b];
    expected.sort();
    assert_eq!((gone.secrets.len(), gone.removed), (0, expected));
    assert!(
        gone.orders > 0,
        "the device is ordered to forget what moved out of sight"
    );

    // A grant more shows as another entitlement.
    let wider = json!({
        "id": claviger_model::ids::GrantId::random(&SystemEntropy), "principal": editor.principal,
        "role": roles::VIEWER, "scope": staging, "reason": "also looks after staging",
    });
    assert_eq!(
        house
            .call(Some(&owner), &route::GIVE_GRANT, &[], &wider)
            .await
            .code(),
        "ok"
    );
    let more = sync(gone.cursor, digest).await.entitlement.unwrap();
    assert!(more.scopes.iter().any(|scope| scope.id == staging));
    let page: ScopesReply = house
        .call(Some(&editor), &route::SYNC_SCOPES, &[], &body)
        .await
        .parse();
    assert!(page.secrets.iter().any(|record| record.secret.id == hidden));

    // Whoever stands before the beginning of the feed, or after its end, is told to begin anew; others are not.
    let current = sync(gone.cursor, None).await;
    assert!(first.anew && !quiet.anew && !gone.anew && !current.anew);
    let mut locked = house.app.store.locked().await.unwrap();
    locked.cut_changes(current.cursor).await.unwrap();
    locked.commit().await.unwrap();
    let digest = |reply: &SyncReply| {
        let entitlement = reply.entitlement.as_ref().unwrap();
        Some(serde_json::to_value(&entitlement.digest).unwrap())
    };
    for cursor in [gone.cursor, current.cursor + 1_000] {
        let late = sync(cursor, digest(&current)).await;
        assert!(late.anew && late.entitlement.is_some(), "{cursor}");
        assert_eq!((late.secrets.len(), late.cursor), (0, current.cursor));
    }
    let here = sync(current.cursor, digest(&current)).await;
    assert!(!here.anew && here.entitlement.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn scopes_are_told_as_they_stand_however_often() {
    let house = &House::new().await;
    let places = house.places;
    let viewer = house.actor(&[(roles::VIEWER, places.payments)]).await;
    let mut scopes = [places.payments, places.production, places.staging];
    scopes.sort();
    let mut locked = house.app.store.locked().await.unwrap();
    let at = locked.now();
    for (prefix, scope, count) in [
        ("P", places.payments, 5),
        ("Q", places.production, 2 * sync::PAGE - 300),
        // More than is kept of one scope.
        ("S", places.staging, 2 * sync::PAGE + 100),
    ] {
        let secrets: Vec<_> = (0..count)
            .map(|number| {
                let id = SecretId::random(&SystemEntropy);
                (id, scope, description(&format!("{prefix}{number}")))
            })
            .collect();
        for some in secrets.chunks(500) {
            locked.insert_secrets(some, None, at).await.unwrap();
        }
    }
    locked.commit().await.unwrap();
    let ordinary = |scope| async move {
        let mut reader = house.app.store.reader().await.unwrap();
        let found = reader.secrets_in(&[scope], None, 1).await.unwrap();
        found.into_iter().next().unwrap().id
    };
    let changed = ordinary(places.production).await;
    let moved = ordinary(places.payments).await;
    let large = ordinary(places.staging).await;

    for step in 0..7 {
        let mut locked = house.app.store.locked().await.unwrap();
        let done = match step {
            // The second time around nothing has changed.
            0 | 1 => Ok(true),
            2 => locked.describe_secret(changed, &description("OTHER"), at).await,
            3 => locked.delete_secret(changed, viewer.principal, at).await,
            4 => locked.restore_secret(changed, at).await,
            5 => locked.move_secret(moved, places.production, at).await,
            _ => locked.describe_secret(large, &description("OTHER"), at).await,
        };
        assert!(done.unwrap(), "{step}");
        locked.commit().await.unwrap();

        let mut reader = house.app.store.reader().await.unwrap();
        let expected = reader.secrets_with_facts_in(&scopes, None, 10_000).await.unwrap();
        let expected: Vec<_> = expected.into_iter().map(record_with).collect();
        let (mut told, mut after) = (Vec::new(), None);
        loop {
            let body = json!({"scopes": scopes, "after": after});
            let answer = house.call(Some(&viewer), &route::SYNC_SCOPES, &[], &body).await;
            let page: ScopesReply = answer.parse();
            assert!(page.secrets.len() == sync::PAGE || !page.more);
            after = page.secrets.last().map(|record| record.secret.id);
            told.extend(page.secrets);
            if !page.more {
                break;
            }
        }
        assert!(told == expected, "{step}: {} of {}", told.len(), expected.len());
    }
}
