//! How often something was used.

use super::{DAY, at, given, path, row};
use crate::{house::House, releases::release};
use claviger_model::{builtin_roles as roles, time::Clock};
use claviger_protocol::{access::AccessAtReply, route};
use claviger_server::jobs::usage::catch_up;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn uses_are_counted_before_and_after_the_job_comes_by() {
    let house = House::new().await;
    let (payments, production) = (house.places.payments, house.places.production);
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let reader = house.actor(&[]).await;
    let used = given(&house, reader.principal, roles::READER, production).await;
    let idle = given(&house, reader.principal, roles::VIEWER, payments).await;
    let secret = house.secret(production, "A", b"a").await;
    for _ in 0..3 {
        assert_eq!(release(&house, &reader, secret, "use").await.code(), "ok");
    }
    let seen = async || {
        let reply = at(&house, &owner, payments).await;
        let above = row(&reply, reader.principal).uses;
        let reply = at(&house, &owner, production).await;
        let row = row(&reply, reader.principal);
        (
            above,
            row.uses,
            path(row, &used).uses,
            path(row, &idle).uses,
            reply.counted_until,
        )
    };
    let tail = seen().await;
    let uses = tail.2;
    assert_eq!((uses.recent, uses.last_at), (3, Some(house.clock.now())));
    assert_eq!((tail.0, tail.1), (uses, uses), "below counts above");
    assert_eq!((tail.3.recent, tail.3.last_at), (0, None));
    assert_eq!(tail.4, house.clock.now());

    catch_up(&house.app).await.unwrap();
    catch_up(&house.app).await.unwrap();
    assert_eq!(
        seen().await,
        tail,
        "the job changes nothing but where it is counted"
    );
    let mut db = house.app.store.reader().await.unwrap();
    assert_eq!(
        db.usage_mark().await.unwrap(),
        db.committed_head().await.unwrap().next_index
    );

    // A read of today and those of three months ago.
    let long_ago = house.clock.now();
    house.clock.set(long_ago.plus(DAY * 90));
    let owner = house.sign_in(owner.principal).await;
    let again = house.sign_in(reader.principal).await;
    let body = json!({"scope": production});
    let reply: AccessAtReply = house
        .call(Some(&owner), &route::ACCESS_AT, &[], &body)
        .await
        .parse();
    let uses = path(row(&reply, reader.principal), &used).uses;
    assert_eq!(
        (uses.recent, uses.last_at),
        (0, Some(long_ago)),
        "not recent any more"
    );
    assert_eq!(release(&house, &again, secret, "use").await.code(), "ok");
    for _ in 0..2 {
        let reply: AccessAtReply = house
            .call(Some(&owner), &route::ACCESS_AT, &[], &body)
            .await
            .parse();
        let uses = path(row(&reply, reader.principal), &used).uses;
        assert_eq!((uses.recent, uses.last_at), (1, Some(house.clock.now())));
        catch_up(&house.app).await.unwrap();
    }
}
