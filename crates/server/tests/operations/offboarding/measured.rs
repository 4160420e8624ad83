//! From the click to refusals and acknowledgements: in the case, and at `/metrics` where that is configured.

use super::{opened, record};
use crate::{
    house::House,
    orders::{acknowledgement, orders},
};
use claviger_model::builtin_roles as roles;
use claviger_protocol::route;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_case_and_the_metrics_tell_how_long_devices_took() {
    let house = House::with(|config| config.metrics = true).await;
    let admin = house.actor(&[(roles::OFFBOARDER, house.places.root)]).await;
    let laptop = house.actor(&[]).await;
    let phone = house.sign_in(laptop.principal).await;
    let case = opened(&house, &admin, laptop.principal, json!({})).await;
    for (actor, millis) in [(&laptop, 250), (&phone, 750)] {
        house.clock.advance(Duration::from_millis(millis));
        for (order, signed) in orders(&house, actor).await {
            let word = acknowledgement(&house, actor, &order, &signed.body.0, 9);
            assert_eq!(
                house
                    .call(Some(actor), &route::ACKNOWLEDGE, &[], &word)
                    .await
                    .code(),
                "ok"
            );
        }
    }
    let after = record(&house, &admin, case.id).await;
    let times = after.acknowledged;
    assert_eq!(
        (times.count, times.p50_ms, times.p99_ms),
        (2, Some(250), Some(1_000))
    );
    assert_eq!(after.begun.map(|begun| begun.refused_after_ms), Some(0));
    let metrics = house.call(None, &route::METRICS, &[], &Value::Null).await;
    let text = String::from_utf8(metrics.body).unwrap();
    for line in [
        "claviger_offboarding_refused_seconds_count 1",
        "claviger_offboarding_acknowledged_seconds{quantile=\"0.99\"} 1.000",
        "claviger_offboarding_acknowledged_seconds_count 2",
    ] {
        assert!(text.lines().any(|found| found == line), "{text}");
    }
    assert!(!text.contains(&laptop.principal.to_string()));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_setting_there_is_no_such_address() {
    let house = House::new().await;
    let metrics = house.call(None, &route::METRICS, &[], &Value::Null).await;
    assert_eq!(metrics.code(), "not_found");
}
