use crate::ground::Ground;
use claviger_model::time::Timestamp;
use claviger_storage::failures::FailureCount;

contract!(counts_add_up_and_are_taken_once);

async fn counts_add_up_and_are_taken_once(ground: Ground) {
    let count = |minute: i64, prefix: &str, count| FailureCount {
        minute: Timestamp::from_millis(minute * 60_000),
        kind: "token-unknown".to_owned(),
        prefix: prefix.to_owned(),
        count,
    };
    let mut locked = ground.locked().await;
    locked
        .count_failures(&[
            count(1, "10.0.0.0/24", 2),
            count(1, "10.0.0.0/24", 3),
            count(2, "::/48", 1),
        ])
        .await
        .unwrap();
    locked
        .count_failures(&[count(1, "10.0.0.0/24", 5), count(1, "10.0.1.0/24", 1)])
        .await
        .unwrap();
    locked.count_failures(&[]).await.unwrap();
    let before = Timestamp::from_millis(120_000);
    let expected = vec![count(1, "10.0.0.0/24", 10), count(1, "10.0.1.0/24", 1)];
    assert_eq!(locked.failures_before(before, 9).await.unwrap(), expected);
    assert_eq!(locked.take_failures_before(before, 9).await.unwrap(), expected);
    assert!(locked.take_failures_before(before, 9).await.unwrap().is_empty());
    assert_eq!(
        locked
            .failures_before(Timestamp::from_millis(i64::MAX), 9)
            .await
            .unwrap(),
        vec![count(2, "::/48", 1)]
    );
}
