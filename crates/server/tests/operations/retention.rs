//! Rule 17: what may have to be forgotten is kept for as long as the setting says, and the log stays whole without it.

use crate::house::House;
use claviger_model::builtin_roles as roles;
use claviger_server::jobs;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Fields that can still be opened, by event.
async fn openings(house: &House) -> Vec<usize> {
    let mut reader = house.app.store.reader().await.unwrap();
    let entries = reader.events_from(0, 10_000).await.unwrap();
    entries.iter().map(|entry| entry.openings.len()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn openings_go_when_their_time_is_over_and_leaves_stay() {
    let house = House::with(|config| config.openings_kept = Some(DAY * 30)).await;
    house.secret(house.places.production, "OLD", b"a").await;
    let old = openings(&house).await.len();
    house.clock.advance(DAY * 20);
    house.secret(house.places.production, "NEW", b"a").await;
    let before = openings(&house).await;
    jobs::sweep(&house.app).await;
    assert_eq!(
        openings(&house).await[..before.len()],
        before,
        "nothing is over yet"
    );

    house.clock.advance(DAY * 11);
    jobs::sweep(&house.app).await;
    let after = openings(&house).await;
    assert!(after[..old].iter().all(|openings| *openings == 0), "{after:?}");
    assert_eq!(after[old..before.len()], before[old..]);
    assert!(before[old..].iter().any(|openings| *openings > 0));
    let auditor = house.actor(&[(roles::AUDITOR, house.places.root)]).await;
    let body = serde_json::json!({"after": 0, "pinned": 0});
    let history = house
        .call(Some(&auditor), &claviger_protocol::route::HISTORY, &[], &body)
        .await;
    assert_eq!(history.code(), "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_setting_they_are_kept() {
    let house = House::with(|config| config.openings_kept = None).await;
    house.secret(house.places.production, "OLD", b"a").await;
    let before = openings(&house).await;
    house.clock.advance(DAY * 10_000);
    jobs::sweep(&house.app).await;
    assert_eq!(openings(&house).await[..before.len()], before);
}
