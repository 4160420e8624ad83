//! Who has what, at the size of a large company: one place, one person, the matrix, explaining, a plan, and what a guardrail would do
//! and would have done.
//!
//! Prints one JSON line a row. `CLAVIGER_BENCH_SMALL=1` makes a hundredth of the company, to see that it runs.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    dead_code,
    reason = "a measurement"
)]

mod company;
#[path = "../../tests/operations/house/mod.rs"]
mod house;
mod leaving;

use claviger_model::{
    builtin_roles as roles,
    entropy::SystemEntropy,
    ids::PolicyId,
    time::{Clock, SystemClock},
};
use claviger_protocol::route::{self, Route};
use claviger_storage::Database;
use claviger_testkit::clock::ManualClock;
use company::{build, used};
use house::{Actor, House};
use serde_json::{Value, json};
use std::time::Instant;

const ROUNDS: usize = 30;

/// Name, who asks, what, with which arguments and body, and the target (ms).
type Row<'a> = (
    &'a str,
    &'a Actor,
    &'a Route,
    &'a [String],
    &'a Value,
    Option<f64>,
);

#[tokio::main(flavor = "multi_thread")]
async fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let part = if std::env::var_os("CLAVIGER_BENCH_SMALL").is_some() {
        100
    } else {
        1
    };
    let (data, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let clock = ManualClock::at(SystemClock.now());
    let database = Database::Sqlite(data.path().join("claviger.db"));
    let mut house = House::open(database, &keys.path().join("root.key"), clock).await;
    house.furnish().await;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let company = build(&house, part).await;
    used(&house, &company, part).await;
    let lead = house.actor(&[(roles::LEAD, company.wide)]).await;

    let environment = company.environments[company.environments.len() / 2];
    let person = company.people[company.people.len() / 2];
    let at = json!({"scope": environment});
    let of = json!({"principal": person});
    let matrix = json!({"top": company.wide});
    let explain = json!({"principal": person, "action": "secret.use", "about": {"scope": environment}});
    let change = json!({"change": {"do": "revoke"}});
    let text = r#"forbid (principal, action in Action::"read", resource) when { resource.class == "production" && !context.multi_factor };"#;
    let guardrail = [PolicyId::random(&SystemEntropy).to_string()];
    let put = json!({"change": {"change": "put", "name": "Bench", "text": text, "enabled": true}});
    let past = json!({ "text": text });
    let shared = [company.shared.to_string()];
    let rows: [Row<'_>; 8] = [
        (
            "access_of_a_place",
            &owner,
            &route::ACCESS_AT,
            &[],
            &at,
            Some(20.0),
        ),
        (
            "access_of_a_person",
            &owner,
            &route::ACCESS_OF,
            &[],
            &of,
            Some(20.0),
        ),
        (
            "matrix_200_60_owner",
            &owner,
            &route::ACCESS_MATRIX,
            &[],
            &matrix,
            Some(50.0),
        ),
        (
            "matrix_200_60_lead",
            &lead,
            &route::ACCESS_MATRIX,
            &[],
            &matrix,
            Some(50.0),
        ),
        ("explain_another", &owner, &route::EXPLAIN, &[], &explain, None),
        (
            "guardrail_from_now_on",
            &owner,
            &route::PLAN_GUARDRAIL,
            &guardrail,
            &put,
            Some(2_000.0),
        ),
        (
            "guardrail_over_90_days",
            &owner,
            &route::PAST_GUARDRAIL,
            &[],
            &past,
            Some(2_000.0),
        ),
        (
            "plan_of_a_team_grant",
            &owner,
            &route::PLAN_GRANT_CHANGE,
            &shared,
            &change,
            None,
        ),
    ];
    for (name, actor, route, arguments, body, target) in rows {
        measure(&house, actor, name, route, arguments, body, target).await;
    }
    leaving::measured(&house, &company, part).await;
}

async fn measure(
    house: &House,
    actor: &Actor,
    name: &str,
    route: &Route,
    arguments: &[String],
    body: &Value,
    target: Option<f64>,
) {
    let arguments: Vec<&dyn std::fmt::Display> =
        arguments.iter().map(|it| it as &dyn std::fmt::Display).collect();
    let mut times = Vec::with_capacity(ROUNDS);
    let mut bytes = 0;
    for round in 0..=ROUNDS {
        let body = serde_json::to_vec(body).unwrap();
        let request = house.request(Some(actor), route, &route.at(&arguments), body);
        let begin = Instant::now();
        let answer = house.send(request).await;
        let elapsed = begin.elapsed().as_secs_f64() * 1_000.0;
        assert_eq!(answer.code(), "ok", "{name}: {:?}", answer.json());
        bytes = answer.body.len();
        // The first one reads what is kept for the epoch.
        if round == 0 {
            row(&format!("{name}_first"), elapsed, "ms", None);
        } else {
            times.push(elapsed);
        }
    }
    times.sort_by(f64::total_cmp);
    row(name, times[times.len() / 2], "ms", target);
    row(&format!("{name}_slowest"), times[times.len() - 1], "ms", None);
    row(&format!("{name}_reply"), bytes as f64 / 1_000.0, "kB", None);
}

fn row(name: &str, value: f64, unit: &str, target: Option<f64>) {
    let met = target.map(|target| value <= target);
    println!(
        "{}",
        json!({"name": name, "value": value, "unit": unit, "target": target, "met": met, "ratio_to": null})
    );
}
