//! The brake: many at once, or somebody protected, wait for a second pair of eyes.

use super::{approve, cancelled, offboarders, open, opened, record, set_brake};
use crate::{
    house::{Actor, House},
    services::{crew, exchange, given, instance, keyed, signed_in, using},
};
use claviger_model::{
    builtin_roles as roles,
    event::EventKind,
    offboarding::{Brake, CaseState},
};
use claviger_protocol::{
    offboarding::cases::{CaseRecord, CaseVerb},
    route,
};
use claviger_storage::log::LogFilter;
use serde_json::{Value, json};
use std::time::Duration;

async fn can_act(house: &House, actor: &Actor) -> bool {
    house
        .call(Some(actor), &route::ME, &[], &Value::Null)
        .await
        .code()
        == "ok"
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_protected_is_suspended_until_somebody_else_has_looked() {
    let house = House::new().await;
    let root = house.places.root;
    let (first, second) = offboarders(&house).await;
    let owner = house.actor(&[(roles::OWNER, root)]).await;
    let leaver = house.actor(&[(roles::READER, house.places.production)]).await;
    assert_eq!(
        set_brake(&house, &first, 10, &[leaver.principal]).await,
        "forbidden"
    );
    assert_eq!(set_brake(&house, &owner, 10, &[leaver.principal]).await, "ok");
    let case = opened(&house, &first, leaver.principal, json!({})).await;
    assert_eq!(
        (case.state, case.brake),
        (CaseState::Braked, Some(Brake::Protected))
    );
    assert!(!can_act(&house, &leaver).await, "no read while it waits");
    let approve = async |by: &Actor| approve(&house, by, &case).await;
    assert_eq!(approve(&first).await, "separation_of_duties");
    assert_eq!(record(&house, &first, case.id).await.may, [CaseVerb::Cancel]);
    assert_eq!(approve(&leaver).await, "disabled");
    assert_eq!(approve(&second).await, "ok");
    assert_eq!(approve(&second).await, "wrong_state");
    let begun = record(&house, &second, case.id).await;
    assert_eq!(begun.state, CaseState::Running);
    assert_eq!(begun.approved.map(|approved| approved.by), Some(second.principal));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_braked_by_mistake_goes_on_as_before() {
    let house = House::new().await;
    let root = house.places.root;
    let admin = house.actor(&[(roles::OFFBOARDER, root)]).await;
    let owner = house.actor(&[(roles::OWNER, root)]).await;
    let stays = house.actor(&[]).await;
    assert_eq!(set_brake(&house, &owner, 10, &[stays.principal]).await, "ok");
    let case = opened(&house, &admin, stays.principal, json!({})).await;
    assert!(!can_act(&house, &stays).await);
    cancelled(&house, &admin, case.id).await;
    assert!(can_act(&house, &stays).await, "with the same session");
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_so_many_in_an_hour_wait() {
    let house = House::new().await;
    let root = house.places.root;
    let admin = house.actor(&[(roles::OFFBOARDER, root)]).await;
    let owner = house.actor(&[(roles::OWNER, root)]).await;
    assert_eq!(set_brake(&house, &owner, 2, &[]).await, "ok");
    let mut states = Vec::new();
    for _ in 0..4 {
        let leaver = house.actor(&[]).await;
        states.push(opened(&house, &admin, leaver.principal, json!({})).await.state);
    }
    let (run, brake) = (CaseState::Running, CaseState::Braked);
    assert_eq!(states, [run, run, brake, brake]);
    house.clock.advance(Duration::from_secs(3601));
    let admin = house.sign_in(admin.principal).await;
    let leaver = house.actor(&[]).await;
    assert_eq!(
        opened(&house, &admin, leaver.principal, json!({})).await.state,
        run
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planned_case_that_was_approved_is_not_braked() {
    let house = House::new().await;
    let root = house.places.root;
    let (first, second) = offboarders(&house).await;
    let owner = house.actor(&[(roles::OWNER, root)]).await;
    let leaver = house.actor(&[]).await;
    assert_eq!(set_brake(&house, &owner, 0, &[]).await, "ok");
    let start = json!({"start": {"local": "2026-01-06T18:00:00", "zone": "UTC"}});
    let case = opened(&house, &first, leaver.principal, start).await;
    assert_eq!(approve(&house, &second, &case).await, "ok");
    house.clock.set(case.start.unwrap().at);
    super::settle_steps(&house).await;
    let first = house.sign_in(first.principal).await;
    assert!(record(&house, &first, case.id).await.state.has_begun());
    // Without it, the same waits.
    let other = house.actor(&[]).await;
    assert_eq!(
        opened(&house, &first, other.principal, json!({})).await.state,
        CaseState::Braked
    );
    assert_eq!(
        open(&house, &first, other.principal, json!({})).await.code(),
        "ok",
        "it is merged"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_services_that_the_person_made_are_refused_while_it_waits() {
    let house = House::new().await;
    let (root, production) = (house.places.root, house.places.production);
    let admin = house.actor(&[(roles::OFFBOARDER, root)]).await;
    let owner = house.actor(&[(roles::OWNER, root)]).await;
    let crew = crew(&house).await;
    let secret = house.secret(production, "DB", b"1").await;
    given(&house, crew.service, roles::CONSUMER, production).await;
    let (_, key) = keyed(&house, &crew.lead, crew.service, json!({})).await;
    let running = signed_in(&house, crew.service, &key).await;
    assert_eq!(using(&house, &running, secret).await, "released");
    assert_eq!(set_brake(&house, &owner, 10, &[crew.lead.principal]).await, "ok");
    let case = opened(&house, &admin, crew.lead.principal, json!({})).await;
    assert_eq!(case.state, CaseState::Braked);
    let refused = async || {
        let called = house
            .call(Some(&running), &route::ME, &[], &Value::Null)
            .await
            .code();
        let used = using(&house, &running, secret).await;
        let anew = exchange(&house, &instance(crew.service), &key).await.code();
        [called, used, anew]
    };
    assert_eq!(refused().await, ["disabled", "disabled", "disabled"]);
    // Called off, all of it goes on, the session that was there too.
    cancelled(&house, &admin, case.id).await;
    assert_eq!(refused().await, ["ok", "released", "ok"]);
}

/// Two Offboarders and somebody protected, whose case the first one planned for the 6th of January, six in the evening.
async fn planned(house: &House) -> (Actor, Actor, Actor, CaseRecord) {
    let root = house.places.root;
    let (first, second) = offboarders(house).await;
    let owner = house.actor(&[(roles::OWNER, root)]).await;
    let leaver = house.actor(&[]).await;
    assert_eq!(set_brake(house, &owner, 10, &[leaver.principal]).await, "ok");
    let case = opened(house, &first, leaver.principal, at("2026-01-06T18:00:00")).await;
    assert_eq!(case.state, CaseState::Planned);
    (first, second, leaver, case)
}

fn at(local: &str) -> Value {
    json!({"start": {"local": local, "zone": "UTC"}})
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_altered_a_case_is_no_second_pair_of_eyes_for_it() {
    let house = House::new().await;
    let (first, second, leaver, case) = planned(&house).await;
    // The second one joins with an earlier time, and would be both pairs of eyes.
    let joined = opened(&house, &second, leaver.principal, at("2026-01-06T09:00:00")).await;
    assert_eq!(joined.id, case.id);
    assert!(joined.start.as_ref().map(|start| start.at) < case.start.as_ref().map(|start| start.at));
    assert_eq!(approve(&house, &second, &joined).await, "separation_of_duties");
    assert_eq!(record(&house, &second, case.id).await.may, [CaseVerb::Cancel]);
    assert_eq!(approve(&house, &first, &joined).await, "separation_of_duties");
    let third = house.actor(&[(roles::OFFBOARDER, house.places.root)]).await;
    // Whoever asks for what is asked for already alters nothing.
    let same = opened(&house, &third, leaver.principal, at("2026-01-06T09:00:00")).await;
    assert_eq!(approve(&house, &third, &same).await, "ok");
    // Whoever names the heir alters it too.
    let other = house.actor(&[]).await;
    let case = opened(&house, &first, other.principal, at("2026-01-06T18:00:00")).await;
    let heir = house.actor(&[]).await;
    let mut more = at("2026-01-06T18:00:00");
    more["heir"] = json!(heir.principal);
    let joined = opened(&house, &second, other.principal, more).await;
    assert_eq!((joined.id, joined.heir), (case.id, Some(heir.principal)));
    assert_eq!(approve(&house, &second, &joined).await, "separation_of_duties");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_counts_for_the_time_that_it_was_given_for() {
    let house = House::new().await;
    let (first, second, leaver, case) = planned(&house).await;
    // What was shown is not what stands.
    let mut old = case.clone();
    old.start.as_mut().unwrap().at = claviger_model::time::Clock::now(&house.clock);
    assert_eq!(approve(&house, &second, &old).await, "stale_plan");
    old.state = CaseState::Braked;
    assert_eq!(approve(&house, &second, &old).await, "stale_plan");
    assert_eq!(approve(&house, &second, &case).await, "ok");
    // An earlier time, and now, are others.
    let sooner = opened(&house, &first, leaver.principal, at("2026-01-06T09:00:00")).await;
    assert_eq!(sooner.approved, None, "it was for another time");
    assert_eq!(
        record(&house, &second, case.id).await.may,
        [CaseVerb::Approve, CaseVerb::Cancel]
    );
    assert_eq!(approve(&house, &second, &case).await, "stale_plan");
    assert_eq!(approve(&house, &second, &sooner).await, "ok");
    let now = opened(&house, &first, leaver.principal, json!({})).await;
    assert_eq!((now.state, now.approved), (CaseState::Braked, None));
    assert!(!can_act(&house, &leaver).await);
    assert_eq!(approve(&house, &second, &now).await, "ok");
    assert_eq!(record(&house, &second, case.id).await.state, CaseState::Running);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_says_who_was_put_on_and_taken_off_the_list_and_does_not_tell_them() {
    let house = House::new().await;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let (ada, ben, cleo) = (
        house.actor(&[]).await.principal,
        house.actor(&[]).await.principal,
        house.actor(&[]).await.principal,
    );
    for protected in [[ada, ben], [ben, cleo]] {
        assert_eq!(set_brake(&house, &owner, 10, &protected).await, "ok");
    }
    let filter = LogFilter {
        kinds: vec![EventKind::OffboardingSettingsChanged],
        ..LogFilter::default()
    };
    let mut reader = house.app.store.reader().await.unwrap();
    let mut said = Vec::new();
    for entry in reader.events_matching(&filter, None, 99).await.unwrap() {
        let leaf: Value = serde_json::from_slice(&entry.leaf).unwrap();
        let subjects = leaf["subjects"].as_array().unwrap();
        assert_eq!(subjects.len(), 1, "{leaf}");
        assert_eq!(subjects[0]["id"], json!(owner.principal));
        if let Some(person) = leaf["object"]["principal"].as_str() {
            let what = leaf["facts"]["what"].as_str().unwrap();
            said.push((person.to_owned(), what.to_owned()));
        }
    }
    said.sort();
    let mut expected = [
        (ada, "protected"),
        (ben, "protected"),
        (cleo, "protected"),
        (ada, "unprotected"),
    ]
    .map(|(person, what)| (person.to_string(), what.to_owned()));
    expected.sort();
    assert_eq!(said, expected);
}
