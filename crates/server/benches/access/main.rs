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

#[path = "../tests/operations/house/mod.rs"]
mod house;

use claviger_model::{
    builtin_roles as roles,
    entropy::{Sequence, SystemEntropy},
    event::EventKind,
    ids::{GrantId, PolicyId, PrincipalId, ScopeId, SecretId},
    name::Name,
    principal::{Nature, PrincipalState},
    time::{Clock, SystemClock, Timestamp},
};
use claviger_protocol::route::{self, Route};
use claviger_storage::{
    Database,
    deeds::{Deed, Deeds},
    principals::{MemberSource, Principal, TeamMember},
    scopes::ScopeSettings,
    usage::{Day, Tally, Used},
};
use claviger_testkit::clock::ManualClock;
use house::{Actor, House, description, grant};
use serde_json::{Value, json};
use std::time::Instant;

const ROUNDS: usize = 30;

struct Company {
    people: Vec<PrincipalId>,
    projects: Vec<ScopeId>,
    environments: Vec<ScopeId>,
    /// A project with sixty environments that two hundred people reach.
    wide: ScopeId,
    shared: GrantId,
}

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
    measure(
        &house,
        &owner,
        "access_of_a_place",
        &route::ACCESS_AT,
        &[],
        &at,
        Some(20.0),
    )
    .await;
    measure(
        &house,
        &owner,
        "access_of_a_person",
        &route::ACCESS_OF,
        &[],
        &of,
        Some(20.0),
    )
    .await;
    measure(
        &house,
        &owner,
        "matrix_200_60_owner",
        &route::ACCESS_MATRIX,
        &[],
        &matrix,
        Some(50.0),
    )
    .await;
    measure(
        &house,
        &lead,
        "matrix_200_60_lead",
        &route::ACCESS_MATRIX,
        &[],
        &matrix,
        Some(50.0),
    )
    .await;
    measure(
        &house,
        &owner,
        "explain_another",
        &route::EXPLAIN,
        &[],
        &explain,
        None,
    )
    .await;
    let text = r#"forbid (principal, action in Action::"read", resource) when { resource.class == "production" && !context.multi_factor };"#;
    let guardrail = [PolicyId::random(&SystemEntropy).to_string()];
    let put = json!({"change": {"change": "put", "name": "Bench", "text": text, "enabled": true}});
    let past = json!({ "text": text });
    measure(
        &house,
        &owner,
        "guardrail_from_now_on",
        &route::PLAN_GUARDRAIL,
        &guardrail,
        &put,
        Some(2_000.0),
    )
    .await;
    measure(
        &house,
        &owner,
        "guardrail_over_90_days",
        &route::PAST_GUARDRAIL,
        &[],
        &past,
        Some(2_000.0),
    )
    .await;
    let shared = [company.shared.to_string()];
    measure(
        &house,
        &owner,
        "plan_of_a_team_grant",
        &route::PLAN_GRANT_CHANGE,
        &shared,
        &change,
        None,
    )
    .await;
}

async fn build(house: &House, part: usize) -> Company {
    let entropy = Sequence::new(7);
    let now = house.clock.now();
    let name = |text: String| Name::parse(&text).unwrap();
    let mut locked = house.app.store.locked().await.unwrap();
    let mut company = Company {
        people: Vec::new(),
        projects: Vec::new(),
        environments: Vec::new(),
        wide: ScopeId::random(&entropy),
        shared: GrantId::random(&entropy),
    };
    let none = ScopeSettings::default();
    for number in 0..1_000 / part.min(50) {
        let id = ScopeId::random(&entropy);
        let root = house.places.root;
        locked
            .insert_scope(id, Some(root), &name(format!("project-{number}")), &none, now)
            .await
            .unwrap();
        company.projects.push(id);
        for environment in ["production", "staging", "development"] {
            let inner = ScopeId::random(&entropy);
            locked
                .insert_scope(inner, Some(id), &name(environment.to_owned()), &none, now)
                .await
                .unwrap();
            company.environments.push(inner);
        }
    }
    locked
        .insert_scope(
            company.wide,
            Some(house.places.root),
            &name("wide".to_owned()),
            &none,
            now,
        )
        .await
        .unwrap();
    let mut columns = vec![company.wide];
    for number in 0..59 {
        let id = ScopeId::random(&entropy);
        locked
            .insert_scope(id, Some(company.wide), &name(format!("e{number:02}")), &none, now)
            .await
            .unwrap();
        columns.push(id);
    }
    let row = |text: String, nature| Principal {
        id: PrincipalId::random(&entropy),
        name: name(text),
        state: PrincipalState::Active,
        nature,
        email: None,
        created_at: now,
    };
    let mut teams = Vec::new();
    for number in 0..300 / part.min(10) {
        let team = row(format!("team-{number}"), Nature::Team);
        locked.insert_principal(&team).await.unwrap();
        teams.push(team.id);
    }
    for number in 0..10_000 / part {
        let person = row(format!("person-{number}"), Nature::Person { outside: false });
        locked.insert_principal(&person).await.unwrap();
        for at in [number % teams.len(), (number * 7 + 3) % teams.len()] {
            let (team, member, source) = (teams[at], person.id, MemberSource::Local);
            locked
                .add_team_member(TeamMember { team, member, source })
                .await
                .unwrap();
        }
        company.people.push(person.id);
    }
    let ordinary = [roles::VIEWER, roles::CONSUMER, roles::READER, roles::EDITOR];
    let mut grants = Vec::new();
    for number in 0..100_000 / part {
        let holder = if number % 10 == 0 {
            teams[number / 10 % teams.len()]
        } else {
            company.people[number * 31 % company.people.len()]
        };
        let scope = company.environments[number * 17 % company.environments.len()];
        grants.push(grant(holder, ordinary[number % 4], scope, now));
    }
    for (number, person) in company.people.iter().take(195).enumerate() {
        for step in 0..8 {
            let scope = columns[(number * 3 + step * 7) % columns.len()];
            grants.push(grant(*person, ordinary[step % 4], scope, now));
        }
    }
    let mut shared = grant(teams[0], roles::READER, company.projects[0], now);
    shared.id = company.shared;
    grants.push(shared);
    locked.insert_grants(&grants).await.unwrap();
    locked.commit().await.unwrap();
    secrets(house, &company, part).await;
    company
}

async fn secrets(house: &House, company: &Company, part: usize) {
    let total = 1_000_000 / part;
    let mut done = 0;
    while done < total {
        let mut locked = house.app.store.locked().await.unwrap();
        let now = locked.now();
        let some: Vec<_> = (done..(done + 20_000).min(total))
            .map(|number| {
                let scope = company.environments[number % company.environments.len()];
                (
                    SecretId::random(&SystemEntropy),
                    scope,
                    description(&format!("SECRET_{number}")),
                )
            })
            .collect();
        done += some.len();
        locked.insert_secrets(&some, None, now).await.unwrap();
        locked.commit().await.unwrap();
    }
}

/// Ten million events of ninety days, as the job leaves them: counted by grant, place and day.
async fn used(house: &House, company: &Company, part: usize) {
    let now = house.clock.now();
    let mut reader = house.app.store.reader().await.unwrap();
    let grants = reader
        .grants_under(house.places.root, now, None, u32::MAX)
        .await
        .unwrap();
    let chains = reader.scope_chains(&company.environments).await.unwrap();
    let mut from = reader.usage_mark().await.unwrap();
    drop(reader);
    let mut above = std::collections::HashMap::<ScopeId, Vec<ScopeId>>::new();
    for (scope, ancestor, _) in chains {
        above.entry(scope).or_default().push(ancestor);
    }
    let today = Day::of(now);
    let events = 10_000_000 / part as u64;
    let days = 90;
    let each = events / days / 4;
    for day in 0..days {
        let at = Day(today.0 - day as i64);
        let last_at = Timestamp::from_millis(now.millis() - day as i64 * 86_400_000);
        let mut tally = Tally {
            from,
            to: from,
            ..Tally::default()
        };
        let mut deeds = Deeds::default();
        // Four uses of one grant a day on average.
        for number in 0..each {
            let grant = &grants[(number * 13 + day * 101) as usize % grants.len()];
            let used = Used { last_at, recent: 4 };
            tally.grants.insert((grant.id, at), used);
            for scope in above.get(&grant.scope).into_iter().flatten() {
                tally.places.insert((*scope, grant.principal, at), used);
            }
            // Grants of teams are used by people.
            let person = company.people[(number * 17) as usize % company.people.len()];
            let deed = Deed {
                scope: grant.scope,
                principal: if number % 10 == 0 { person } else { grant.principal },
                kind: [EventKind::SecretUsed, EventKind::SecretRevealed][number as usize % 2],
            };
            deeds.counts.insert((deed, at), used);
        }
        assert!(house.app.store.roll_usage(&tally).await.unwrap());
        assert!(house.app.store.roll_deeds(&deeds).await.unwrap());
        from = tally.to;
    }
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
