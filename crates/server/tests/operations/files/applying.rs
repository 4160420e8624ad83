//! Applying: exactly what was planned, all of it or nothing, and never to those who stand behind it.

use super::*;
use crate::{
    assigning::{allowed, given, principal},
    orders::targets,
};
use claviger_model::{
    action::Action,
    builtin_roles::{CI_TEST, CONSUMER, EDITOR, LEAD, READER, VIEWER},
    event::EventKind,
};
use claviger_protocol::policy_files::{FilesApplied, Since};
use claviger_storage::log::LogFilter;

const FILE: &str = "grants/payments";

async fn person(house: &House) -> PrincipalId {
    principal(house, Nature::Person { outside: false }).await
}

async fn events(house: &House, kind: EventKind) -> usize {
    let mut reader = house.app.store.reader().await.unwrap();
    let filter = LogFilter {
        kinds: vec![kind],
        ..LogFilter::default()
    };
    reader.events_matching(&filter, None, 1_000).await.unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_planned_is_done_and_remembered() {
    let house = House::new().await;
    let new = Pipeline::delegated(&house, house.places.root, &[READER, VIEWER]).await;
    let places = house.places;
    let reader = house.actor(&[]).await;
    let by_hand = given(&house, person(&house).await, VIEWER, places.staging).await;
    let id = new_grant();
    let exported = export(&house, &new.author).await;
    let files = with_grant(
        &exported,
        FILE,
        &entry(id, reader.principal, READER, places.production),
    );
    let shown = plan(&house, &new.service, &files).await;
    assert!(shown.refused.is_empty() && shown.problems.is_empty(), "{shown:?}");
    assert_eq!(shown.changes.len(), 1);
    assert_eq!(
        (shown.changes[0].differs, shown.changes[0].since),
        (Differs::OnlyInFile, Since::NeverApplied)
    );
    let done: FilesApplied = apply_plan(&house, &new.service, &files, &shown).await.parse();
    assert_eq!(done.changes, shown.changes);
    let grant = grant_of(&house, id).await.unwrap();
    assert_eq!(
        (grant.granted_by, grant.reason.as_str()),
        (new.service.principal, "on call")
    );
    assert!(allowed(&house, reader.principal, Action::SecretReveal, places.production).await);
    assert_eq!(
        (
            events(&house, EventKind::GrantGiven).await,
            events(&house, EventKind::FilesApplied).await
        ),
        (2, 1),
        "that of the delegation, too"
    );
    // Applied again, nothing changes; what was taken over is known from now on.
    let same = plan(&house, &new.service, &files).await;
    assert!(same.changes.is_empty());
    assert_eq!(apply_plan(&house, &new.service, &files, &same).await.code(), "ok");
    let secret = house.secret(places.production, "KEY", b"value").await;
    assert_eq!(
        crate::guardrails::released(&house, &reader, secret, "lease").await,
        "ok"
    );
    let less = without(&without(&files, FILE, id), FILE, by_hand);
    let shown = plan(&house, &new.service, &less).await;
    let carried = shown.changes.iter().filter(|change| !change.left);
    let told: Vec<_> = carried.map(|change| (change.differs, change.since)).collect();
    assert_eq!(told, [(Differs::OnlyInOrganization, Since::InFile); 2]);
    assert_eq!(apply_plan(&house, &new.service, &less, &shown).await.code(), "ok");
    assert!(grant_of(&house, id).await.unwrap().ended.is_some());
    assert!(grant_of(&house, by_hand).await.unwrap().ended.is_some());
    assert!(
        !targets(&house, &reader).await.is_empty(),
        "devices destroy what they hold"
    );
    assert_eq!(
        crate::guardrails::released(&house, &reader, secret, "use").await,
        "not_found"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_file_ever_had_is_left_and_what_the_window_changed_is_told() {
    let house = House::new().await;
    let new = Pipeline::delegated(&house, house.places.root, &[READER, VIEWER]).await;
    let places = house.places;
    let exported = export(&house, &new.author).await;
    let (kept, ended) = (new_grant(), new_grant());
    let files = with_grant(
        &exported,
        FILE,
        &entry(kept, person(&house).await, READER, places.staging),
    );
    let files = with_grant(
        &files,
        FILE,
        &entry(ended, person(&house).await, VIEWER, places.staging),
    );
    assert_eq!(applied(&house, &new.service, &files).await.code(), "ok");

    let in_window = given(&house, person(&house).await, CONSUMER, places.payments).await;
    let end = json!({"reason": "left the team"});
    assert_eq!(
        house
            .call(Some(&new.author), &route::END_GRANT, &[&ended], &end)
            .await
            .code(),
        "ok"
    );
    let drift = plan(&house, &new.author, &files).await;
    let of = |plan: &FilesPlan, id: GrantId| {
        let change = plan
            .changes
            .iter()
            .find(|change| change.id == id.to_string())
            .unwrap();
        (change.differs, change.since, change.left)
    };
    assert_eq!(
        of(&drift, in_window),
        (Differs::OnlyInOrganization, Since::NeverApplied, true)
    );
    assert_eq!(
        of(&drift, ended),
        (Differs::OnlyInFile, Since::InOrganization, false)
    );
    let own = plan(&house, &new.service, &files).await;
    assert_eq!(
        own.refused.len(),
        1,
        "what was ended comes back under another id: {:?}",
        own.refused
    );
    assert_eq!(
        apply_plan(&house, &new.service, &files, &own).await.code(),
        "wrong_state"
    );

    let files = without(&files, FILE, ended);
    let own = plan(&house, &new.service, &files).await;
    assert_eq!(own.changes.len(), 1);
    assert_eq!(
        of(&own, in_window),
        (Differs::OnlyInOrganization, Since::NeverApplied, true)
    );
    assert_eq!(apply_plan(&house, &new.service, &files, &own).await.code(), "ok");
    assert!(grant_of(&house, in_window).await.unwrap().ended.is_none());
    assert!(grant_of(&house, kept).await.unwrap().ended.is_none());

    // An earlier end, by hand and by the file.
    let later = |days: u32| house.clock.now().plus(DAY * days);
    let moment = |at: claviger_model::time::Timestamp| {
        jiff::Timestamp::from_millisecond(at.millis())
            .unwrap()
            .to_string()
    };
    let shorter = edited(&files, FILE, |text| {
        let id = format!("id = \"{kept}\"\n");
        text.replace(&id, &format!("{id}expires_at = \"{}\"\n", moment(later(5))))
    });
    let shown = plan(&house, &new.service, &shorter).await;
    assert_eq!(of(&shown, kept), (Differs::Otherwise, Since::InFile, false));
    assert_eq!(
        apply_plan(&house, &new.service, &shorter, &shown).await.code(),
        "ok"
    );
    assert_eq!(grant_of(&house, kept).await.unwrap().expires_at, Some(later(5)));
    let mut locked = house.app.store.locked().await.unwrap();
    locked.shorten_grant(kept, later(2)).await.unwrap();
    locked.commit().await.unwrap();
    let drift = plan(&house, &new.service, &shorter).await;
    assert_eq!(
        of(&drift, kept),
        (Differs::Otherwise, Since::InOrganization, false)
    );
    assert_eq!(drift.refused.len(), 1, "nothing gives a grant a later end");
    let both = edited(&shorter, FILE, |text| text.replace("on call", "on call again"));
    assert_eq!(of(&plan(&house, &new.service, &both).await, kept).1, Since::Both);
    // What is over by itself needs no edit.
    house.clock.advance(DAY * 6);
    let service = house.sign_in(new.service.principal).await;
    let over = plan(&house, &service, &shorter).await;
    assert!(
        over.changes.iter().all(|change| change.left),
        "{:?}",
        over.changes
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_somebody_else_overtook_is_stale() {
    let house = House::new().await;
    let new = Pipeline::delegated(&house, house.places.root, &[READER, VIEWER]).await;
    let places = house.places;
    let exported = export(&house, &new.author).await;
    let first = new_grant();
    let files = with_grant(
        &exported,
        FILE,
        &entry(first, person(&house).await, READER, places.staging),
    );
    assert_eq!(applied(&house, &new.service, &files).await.code(), "ok");
    let second = new_grant();
    let more = with_grant(
        &files,
        FILE,
        &entry(second, person(&house).await, VIEWER, places.staging),
    );
    let shown = plan(&house, &new.service, &more).await;
    let end = json!({"reason": "left the team"});
    assert_eq!(
        house
            .call(Some(&new.author), &route::END_GRANT, &[&first], &end)
            .await
            .code(),
        "ok"
    );
    let before = state_of(&house).await;
    assert_eq!(
        apply_plan(&house, &new.service, &more, &shown).await.code(),
        "stale_plan"
    );
    assert_eq!(state_of(&house).await, before);
    // Other files than those of the plan are stale, too.
    let files = without(&more, FILE, first);
    let shown = plan(&house, &new.service, &files).await;
    let others = with_grant(
        &files,
        FILE,
        &entry(new_grant(), person(&house).await, VIEWER, places.staging),
    );
    assert_eq!(
        apply_plan(&house, &new.service, &others, &shown).await.code(),
        "stale_plan"
    );
    assert_eq!(
        apply_plan(&house, &new.service, &files, &shown).await.code(),
        "ok"
    );
    // Something that files never had concerns no plan.
    let next = with_grant(
        &files,
        FILE,
        &entry(new_grant(), person(&house).await, VIEWER, places.staging),
    );
    let shown = plan(&house, &new.service, &next).await;
    given(&house, person(&house).await, VIEWER, places.staging).await;
    assert_eq!(apply_plan(&house, &new.service, &next, &shown).await.code(), "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_refusal_refuses_all_and_nobody_behind_it_gets_anything() {
    let house = House::new().await;
    let new = Pipeline::delegated(&house, house.places.root, &[READER, CI_TEST, LEAD]).await;
    let places = house.places;
    let files = export(&house, &new.author).await;
    // Made a key and left the team.
    let maker = house.actor(&[]).await.principal;
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    let key = claviger_storage::services::ServiceKey {
        id: claviger_model::ids::KeyId::random(&SystemEntropy),
        service: new.service.principal,
        name: name("key"),
        jkt: [7; 32],
        networks: Vec::new(),
        made_by: maker,
        made_at: now,
        ends_at: now.plus(DAY * 9),
        last_used_at: None,
        ended: None,
    };
    locked.insert_service_key(&key).await.unwrap();
    locked.commit().await.unwrap();
    let inner = team(&house, "Inner", &[new.keeper.principal]).await;
    let outer = team(&house, "Outer", &[inner]).await;
    let machines = team(&house, "Machines", &[new.service.principal]).await;
    let sister = service(&house, new.team).await;
    let own = service(&house, inner).await;
    let outside = principal(&house, Nature::Person { outside: true }).await;
    let disabled = person(&house).await;
    let mut locked = house.app.store.locked().await.unwrap();
    let mut row = locked.principal(disabled).await.unwrap().unwrap();
    row.state = PrincipalState::Disabled;
    assert!(locked.update_principal(&row).await.unwrap());
    locked.commit().await.unwrap();
    for (to, role, code) in [
        (new.service.principal, CI_TEST, "separation_of_duties"),
        (new.keeper.principal, READER, "separation_of_duties"),
        (new.author.principal, READER, "separation_of_duties"),
        (new.second.principal, LEAD, "separation_of_duties"),
        (maker, READER, "separation_of_duties"),
        (new.team, READER, "separation_of_duties"),
        (outer, READER, "separation_of_duties"),
        (machines, READER, "separation_of_duties"),
        (sister, CI_TEST, "separation_of_duties"),
        (own, CI_TEST, "separation_of_duties"),
        (outside, READER, "bad_request"),
        (disabled, READER, "wrong_state"),
        (person(&house).await, CI_TEST, "wrong_state"),
        (person(&house).await, EDITOR, "forbidden"),
        (person(&house).await, OWNER, "forbidden"),
    ] {
        let good = entry(new_grant(), person(&house).await, READER, places.staging);
        let bad = entry(new_grant(), to, role, places.staging);
        let both = with_grant(&with_grant(&files, FILE, &good), FILE, &bad);
        let shown = plan(&house, &new.service, &both).await;
        assert_eq!(
            (shown.changes.len(), shown.refused.len()),
            (2, 1),
            "{code} {:?}",
            shown.refused
        );
        assert_eq!(shown.refused[0].code.as_str(), code, "{:?}", shown.refused);
        let before = state_of(&house).await;
        let answer = apply_plan(&house, &new.service, &both, &shown).await;
        assert_eq!(answer.code(), code, "{:?}", answer.json());
        assert_eq!(state_of(&house).await, before, "nothing half done");
    }
    // Nor is what it may not give taken by it.
    let owners = given(&house, person(&house).await, EDITOR, places.payments).await;
    let files = export(&house, &new.author).await;
    assert_eq!(applied(&house, &new.service, &files).await.code(), "ok");
    let less = without(&files, FILE, owners);
    assert_eq!(applied(&house, &new.service, &less).await.code(), "forbidden");
    assert!(grant_of(&house, owners).await.unwrap().ended.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_projects_identity_has_the_projects_file_alone() {
    let house = House::new().await;
    let new = Pipeline::delegated(&house, house.places.payments, &[READER]).await;
    let own = export(&house, &new.service).await;
    assert_eq!(own.len(), 1);
    assert!(own[0].path.starts_with(FILE));
    let all = export(&house, &new.author).await;
    let shown = plan(&house, &new.service, &all).await;
    assert_eq!(shown.problems.len(), all.len() - 1, "{:?}", shown.problems);
    let before = state_of(&house).await;
    assert_eq!(
        apply_plan(&house, &new.service, &all, &shown).await.code(),
        "bad_request"
    );
    assert_eq!(state_of(&house).await, before);
    let id = new_grant();
    let more = with_grant(
        &own,
        FILE,
        &entry(id, person(&house).await, READER, house.places.staging),
    );
    assert_eq!(applied(&house, &new.service, &more).await.code(), "ok");
    let elsewhere = with_grant(
        &own,
        FILE,
        &entry(new_grant(), person(&house).await, READER, house.places.root),
    );
    assert_eq!(plan(&house, &new.service, &elsewhere).await.problems.len(), 1);
}
