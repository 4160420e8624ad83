//! Coming back, and undo: nothing by itself, each grant by somebody who may give it.

use super::{opened, settle_steps};
use crate::{
    access::team,
    house::{Actor, House},
    orders::grant_of,
};
use claviger_ledger::leaf::{Leaf, Outcome};
use claviger_model::{builtin_roles as roles, event::EventKind, ids::GrantId};
use claviger_protocol::{
    offboarding::cases::{EndedGrants, EndedOf, RestoredGrants},
    route,
};
use claviger_storage::{
    log::LogFilter,
    principals::{MemberSource, TeamMember},
};
use serde_json::{Value, json};
use std::time::Duration;

async fn enable(house: &House, by: &Actor, person: &Actor) -> String {
    let body = json!({"reason": "she stays after all"});
    house
        .call(Some(by), &route::ENABLE_PERSON, &[&person.principal], &body)
        .await
        .code()
}

#[tokio::test(flavor = "multi_thread")]
async fn coming_back_restores_nothing_and_each_grant_is_given_by_who_may_give_it() {
    let house = House::new().await;
    let (root, production) = (house.places.root, house.places.production);
    let admin = house.actor(&[(roles::OFFBOARDER, root)]).await;
    let lead = house.actor(&[(roles::LEAD, production)]).await;
    let leaver = house.actor(&[(roles::READER, production)]).await;
    let grant = grant_of(&house, &leaver).await;
    let case = opened(&house, &admin, leaver.principal, json!({})).await;
    assert_eq!(
        enable(&house, &admin, &leaver).await,
        "case_open",
        "in the middle of a case"
    );
    settle_steps(&house).await;
    let restore = async |by: &Actor, grant: GrantId| {
        let body = json!({"grants": [grant], "reason": "by mistake"});
        house
            .call(Some(by), &route::RESTORE_GRANTS, &[&case.id], &body)
            .await
    };
    assert_eq!(
        restore(&lead, grant).await.code(),
        "wrong_state",
        "nobody gives to who has left"
    );
    assert_eq!(enable(&house, &lead, &leaver).await, "not_found");
    assert_eq!(enable(&house, &admin, &leaver).await, "ok");
    assert_eq!(enable(&house, &admin, &leaver).await, "ok");

    // The old session and device stay over, and a new one reaches nothing.
    assert_eq!(
        house
            .call(Some(&leaver), &route::ME, &[], &Value::Null)
            .await
            .status,
        401
    );
    let again = house.sign_in(leaver.principal).await;
    let secret = house.secret(production, "DB", b"1").await;
    let reads = async || {
        let body = json!({"items": [{"secret": secret, "purpose": "use"}]});
        let answer = house.call(Some(&again), &route::RELEASES, &[], &body).await;
        answer.json()["results"][0]["problem"].is_null()
    };
    assert!(!reads().await);

    assert_eq!(
        restore(&admin, grant).await.code(),
        "forbidden",
        "the Offboarder gives nothing"
    );
    assert_eq!(restore(&again, grant).await.code(), "not_found");
    // Whoever may give it finds it; everybody else is told as of somebody who never left.
    let elsewhere = house.actor(&[(roles::LEAD, house.places.staging)]).await;
    let found = async |by: &Actor| -> EndedOf {
        house
            .call(Some(by), &route::ENDED_OF, &[&leaver.principal], &Value::Null)
            .await
            .parse()
    };
    for nobody in [&admin, &again, &elsewhere] {
        assert_eq!(found(nobody).await, EndedOf::default());
    }
    let of_lead = found(&lead).await;
    assert_eq!(of_lead.case, Some(case.id));
    let grants: Vec<_> = of_lead.ended.grants.iter().map(|one| one.grant.id).collect();
    assert_eq!(grants, [grant]);
    let given: RestoredGrants = restore(&lead, grant).await.parse();
    assert!(reads().await);
    assert_ne!(given.grants, [grant]);
    let twice: RestoredGrants = restore(&lead, grant).await.parse();
    assert_eq!(twice, given, "once");
    let list: EndedGrants = house
        .call(Some(&admin), &route::CASE_GRANTS, &[&case.id], &Value::Null)
        .await
        .parse();
    let ended: Vec<_> = list
        .grants
        .iter()
        .map(|one| (one.grant.id, one.restored_as))
        .collect();
    assert_eq!(ended, [(grant, Some(given.grants[0]))]);
    house.clock.advance(Duration::from_secs(31 * 24 * 3600));
    let lead = house.sign_in(lead.principal).await;
    assert_eq!(found(&lead).await, EndedOf::default(), "too late");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_local_team_is_given_back_by_who_may_put_them_into_it_and_a_provided_one_by_nobody() {
    let house = House::new().await;
    let root = house.places.root;
    let admin = house.actor(&[(roles::OFFBOARDER, root)]).await;
    let owner = house.actor(&[(roles::OWNER, root)]).await;
    let lead = house.actor(&[(roles::LEAD, root)]).await;
    let leaver = house.actor(&[]).await;
    let local = team(&house, "local", &[leaver.principal]).await;
    let provided = team(&house, "provided", &[]).await;
    let never = team(&house, "never", &[]).await;
    let mut locked = house.app.store.locked().await.unwrap();
    let membership = TeamMember {
        team: provided,
        member: leaver.principal,
        source: MemberSource::Provider,
    };
    locked.add_team_member(membership).await.unwrap();
    // By being in it they could read.
    let now = locked.now();
    let given = crate::house::grant(local, roles::READER, house.places.production, now);
    locked.insert_grant(&given).await.unwrap();
    locked.commit().await.unwrap();
    let case = opened(&house, &admin, leaver.principal, json!({})).await;
    settle_steps(&house).await;
    let restore = async |by: &Actor, team| {
        let body = json!({"teams": [team], "reason": "by mistake"});
        house
            .call(Some(by), &route::RESTORE_GRANTS, &[&case.id], &body)
            .await
    };
    assert_eq!(
        restore(&owner, local).await.code(),
        "wrong_state",
        "who has left joins nothing"
    );
    assert_eq!(enable(&house, &admin, &leaver).await, "ok");
    let list = async || -> EndedGrants {
        house
            .call(Some(&admin), &route::CASE_GRANTS, &[&case.id], &Value::Null)
            .await
            .parse()
    };
    let before = list().await;
    assert_eq!(
        before
            .teams
            .iter()
            .map(|one| (one.team, one.restored))
            .collect::<Vec<_>>(),
        [(local, false)]
    );
    // Neither who conducts it, nor who gives grants, nor the person puts anybody into a team.
    for by in [&admin, &lead, &house.sign_in(leaver.principal).await] {
        let code = restore(by, local).await.code();
        assert!(["forbidden", "not_found"].contains(&code.as_str()), "{code}");
    }
    for other in [provided, never] {
        assert_eq!(restore(&owner, other).await.code(), "not_found");
    }
    let member = async |team| {
        let mut reader = house.app.store.reader().await.unwrap();
        let of = reader.teams_of(leaver.principal).await.unwrap();
        of.iter()
            .any(|one| one.team == team && one.source == MemberSource::Local)
    };
    assert!(!member(local).await);
    for _ in 0..2 {
        assert_eq!(restore(&owner, local).await.code(), "ok");
        assert!(member(local).await);
    }
    assert!(list().await.teams[0].restored && !member(provided).await);
    let filter = LogFilter {
        kinds: vec![EventKind::TeamChanged],
        subject: Some(leaver.principal),
        ..LogFilter::default()
    };
    let mut reader = house.app.store.reader().await.unwrap();
    let events = reader.events_matching(&filter, None, 9).await.unwrap();
    let by_owner = events.iter().filter(|event| event.actor == Some(owner.principal));
    let allowed = by_owner.filter(|event| Leaf::parse(&event.leaf).unwrap().outcome == Outcome::Allowed);
    assert_eq!(allowed.count(), 1, "once, and in their history");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_is_given_again_is_given_or_nothing_of_it() {
    let house = House::new().await;
    let (root, production) = (house.places.root, house.places.production);
    let admin = house.actor(&[(roles::OFFBOARDER, root)]).await;
    let owner = house.actor(&[(roles::OWNER, root)]).await;
    let leaver = house.actor(&[(roles::READER, production)]).await;
    let grant = grant_of(&house, &leaver).await;
    let (local, never) = (
        team(&house, "local", &[leaver.principal]).await,
        team(&house, "never", &[]).await,
    );
    let case = opened(&house, &admin, leaver.principal, json!({})).await;
    settle_steps(&house).await;
    assert_eq!(enable(&house, &admin, &leaver).await, "ok");
    let restore = async |by: &Actor, teams: Value| {
        let body = json!({"grants": [grant], "teams": teams, "reason": "by mistake"});
        house
            .call(Some(by), &route::RESTORE_GRANTS, &[&case.id], &body)
            .await
            .code()
    };
    assert_eq!(restore(&owner, json!([local, never])).await, "not_found");
    let mut reader = house.app.store.reader().await.unwrap();
    assert_eq!(reader.teams_of(leaver.principal).await.unwrap(), []);
    drop(reader);
    assert_eq!(restore(&owner, json!([local])).await, "ok");
    house.clock.advance(Duration::from_secs(30 * 24 * 3600 + 1));
    let late = json!({"teams": [local], "reason": "by mistake"});
    let owner = house.sign_in(owner.principal).await;
    let again = house
        .call(Some(&owner), &route::RESTORE_GRANTS, &[&case.id], &late)
        .await;
    assert_eq!(again.code(), "ok", "what was given again stays so");
}

#[tokio::test(flavor = "multi_thread")]
async fn undo_ends_after_thirty_days() {
    let house = House::new().await;
    let (root, production) = (house.places.root, house.places.production);
    let admin = house.actor(&[(roles::OFFBOARDER, root)]).await;
    let lead = house.actor(&[(roles::LEAD, production)]).await;
    let leaver = house.actor(&[(roles::READER, production)]).await;
    let owner = house.actor(&[(roles::OWNER, root)]).await;
    let grant = grant_of(&house, &leaver).await;
    let local = team(&house, "local", &[leaver.principal]).await;
    let case = opened(&house, &admin, leaver.principal, json!({})).await;
    settle_steps(&house).await;
    assert_eq!(enable(&house, &admin, &leaver).await, "ok");
    house.clock.advance(Duration::from_secs(30 * 24 * 3600 + 1));
    for (by, body) in [
        (&lead, json!({"grants": [grant], "reason": "by mistake"})),
        (&owner, json!({"teams": [local], "reason": "by mistake"})),
    ] {
        let by = house.sign_in(by.principal).await;
        let late = house
            .call(Some(&by), &route::RESTORE_GRANTS, &[&case.id], &body)
            .await;
        assert_eq!(late.code(), "wrong_state", "{:?}", late.json());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn giving_again_asks_for_a_fresh_sign_in_where_giving_does() {
    let house = House::new().await;
    let (root, production) = (house.places.root, house.places.production);
    let admin = house.actor(&[(roles::OFFBOARDER, root)]).await;
    let careful = crate::stepping_up::careful(&house, roles::LEAD, production).await;
    let leaver = house.actor(&[(roles::READER, production)]).await;
    let grant = grant_of(&house, &leaver).await;
    let case = opened(&house, &admin, leaver.principal, json!({})).await;
    settle_steps(&house).await;
    assert_eq!(enable(&house, &admin, &leaver).await, "ok");
    let restore = async |by: &Actor| {
        let body = json!({"grants": [grant], "reason": "by mistake"});
        house
            .call(Some(by), &route::RESTORE_GRANTS, &[&case.id], &body)
            .await
            .code()
    };
    house.clock.advance(Duration::from_secs(301));
    assert_eq!(
        restore(&careful).await,
        "step_up",
        "the sign-in is older than the grant allows"
    );
    // Whoever may look at grants otherwise is asked too.
    let looking = house.actor(&[]).await;
    let mut locked = house.app.store.locked().await.unwrap();
    for (role, within) in [(roles::AUDITOR, None), (roles::LEAD, Some(300))] {
        let mut grant = crate::house::grant(looking.principal, role, production, locked.now());
        grant.conditions = claviger_model::conditions::Conditions {
            multi_factor_within: within,
            ..Default::default()
        }
        .into();
        locked.insert_grant(&grant).await.unwrap();
    }
    locked.commit().await.unwrap();
    house.clock.advance(Duration::from_secs(301));
    assert_eq!(restore(&looking).await, "step_up");
    let fresh = house.sign_in(careful.principal).await;
    assert_eq!(restore(&fresh).await, "ok");
}
