//! More leases on a device than one page holds: none is forgotten.

use crate::access::{given, team};
use crate::house::{Actor, House, description};
use crate::orders::{acknowledgement, orders, targets};
use crate::replicas::two;
use claviger_model::{
    builtin_roles as roles,
    entropy::SystemEntropy,
    ids::{EventId, SecretId},
};
use claviger_protocol::{order::Target, route, session::SessionsReply};
use claviger_server::operations::orders::LEASES;
use claviger_storage::releases::Release;
use serde_json::json;
use std::collections::BTreeSet;

/// Secrets in production, a lease of each on the device, and one lease that was issued twice.
async fn leased(house: &House, actor: &Actor, count: u32) -> BTreeSet<SecretId> {
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    let secrets: Vec<_> = (0..count)
        .map(|number| {
            let id = SecretId::random(&SystemEntropy);
            (id, house.places.production, description(&format!("S{number}")))
        })
        .collect();
    locked.insert_secrets(&secrets, None, now).await.unwrap();
    let lease = |secret: SecretId| Release {
        event: EventId::random(&SystemEntropy),
        principal: actor.principal,
        device: actor.device,
        secret,
        version: 1,
        ciphertext_sha256: [5; 32],
        issued_at: now,
        max_age_ms: 3_600_000,
        ended_at: None,
    };
    let mut leases: Vec<_> = secrets.iter().map(|(id, ..)| lease(*id)).collect();
    leases.push(lease(secrets[0].0));
    locked.insert_releases(&leases).await.unwrap();
    locked.commit().await.unwrap();
    secrets.into_iter().map(|(id, ..)| id).collect()
}

async fn held(house: &House, actor: &Actor) -> u64 {
    let sessions: SessionsReply = house
        .call(Some(actor), &route::SESSIONS, &[], &json!(null))
        .await
        .parse();
    sessions.devices.iter().map(|device| device.leases).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_right_takes_every_lease_however_many_there_are() {
    let house = House::new().await;
    let production = house.places.production;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    // Names stay, so that each value is ordered away by itself.
    let person = house.actor(&[(roles::VIEWER, production)]).await;
    let squad = team(&house, "squad", &[person.principal]).await;
    let reading = given(&house, squad, roles::READER, production).await;
    let secrets = leased(&house, &person, 2 * LEASES + 1).await;
    assert_eq!(held(&house, &person).await, secrets.len() as u64 + 1);

    let ended = house
        .call(
            Some(&owner),
            &route::END_GRANT,
            &[&reading.id],
            &json!({"reason": "over"}),
        )
        .await;
    assert_eq!(ended.code(), "ok");
    let mut issued = orders(&house, &person).await;
    assert_eq!(issued.len(), 1);
    let (order, signed) = issued.remove(0);
    let taken: BTreeSet<_> = order
        .targets
        .iter()
        .map(|target| match target {
            Target::Secret { secret, names: false } => *secret,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(taken, secrets);

    let word = acknowledgement(&house, &person, &order, &signed.body.0, 1);
    let heard = house.call(Some(&person), &route::ACKNOWLEDGE, &[], &word).await;
    assert_eq!(heard.code(), "ok");
    assert_eq!(held(&house, &person).await, 0, "each is known to be gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_loses_what_only_its_grant_gave_on_either_database() {
    let (one, other, _directory) = two().await;
    drop(other);
    for house in [House::new().await, one] {
        let (payments, production) = (house.places.payments, house.places.production);
        let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
        let plain = house.actor(&[]).await;
        let phone = house.sign_in(plain.principal).await;
        let above = house.actor(&[(roles::READER, payments)]).await;
        let beside = house.actor(&[(roles::VIEWER, production)]).await;
        let nested = team(&house, "nested", &[beside.principal]).await;
        let members = [plain.principal, above.principal, nested];
        let squad = team(&house, "squad", &members).await;
        let reading = given(&house, squad, roles::READER, production).await;
        let secret = house.secret(production, "A", b"a").await;
        let lease = crate::releases::release(&house, &beside, secret, "lease").await;
        assert_eq!(lease.code(), "ok");

        let ended = house
            .call(
                Some(&owner),
                &route::END_GRANT,
                &[&reading.id],
                &json!({"reason": "over"}),
            )
            .await;
        assert_eq!(ended.code(), "ok");
        let whole = Target::Scope {
            scope: production,
            names: true,
        };
        assert_eq!(targets(&house, &plain).await, std::slice::from_ref(&whole));
        assert_eq!(targets(&house, &phone).await, [whole]);
        assert_eq!(targets(&house, &above).await, []);
        assert_eq!(
            targets(&house, &beside).await,
            [Target::Secret { secret, names: false }]
        );
    }
}
