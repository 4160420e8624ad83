//! Roles and guardrails by files.

use super::*;
use crate::{
    assigning::{allowed, given, principal},
    guardrails::{NO_PRODUCTION, new_id},
};
use claviger_model::{
    action::Action,
    builtin_roles::{CONSUMER, READER},
    role::{MayGrant, Role},
};
use claviger_policy::builtin_guardrails::PRODUCTION_WITH_MULTI_FACTOR;

fn role_entry(id: RoleId, name: &str, actions: &str) -> String {
    format!("\n[[roles]]\nid = \"{id}\"\nname = \"{name}\"\nactions = [{actions}]\nmay_grant = []\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_made_given_changed_and_deleted_within_what_was_delegated() {
    let house = House::new().await;
    let new = Pipeline::of_everything(&house, &[CONSUMER]).await;
    let places = house.places;
    let files = export(&house, &new.author).await;
    let (role, grant) = (RoleId::random(&SystemEntropy), new_grant());
    let to = principal(&house, Nature::Person { outside: false }).await;
    let made = edited(&files, "roles.toml", |text| {
        format!(
            "{text}{}",
            role_entry(role, "Support", "\"secret.view\", \"secret.use\"")
        )
    });
    let made = with_grant(&made, "grants/payments", &entry(grant, to, role, places.staging));
    let done = applied(&house, &new.service, &made).await;
    assert_eq!(done.code(), "ok", "{:?}", done.json());
    assert!(allowed(&house, to, Action::SecretUse, places.staging).await);
    // More than was delegated stays out of it.
    let more = edited(&made, "roles.toml", |text| {
        text.replace("\"secret.use\"", "\"secret.use\", \"secret.reveal\"")
    });
    let before = state_of(&house).await;
    assert_eq!(applied(&house, &new.service, &more).await.code(), "forbidden");
    assert_eq!(state_of(&house).await, before);
    // A name that is taken, and a role that a grant names.
    let taken = edited(&made, "roles.toml", |text| {
        format!(
            "{text}{}",
            role_entry(RoleId::random(&SystemEntropy), "support", "\"secret.view\"")
        )
    });
    let shown = plan(&house, &new.service, &taken).await;
    assert_eq!(shown.refused[0].code.as_str(), "name_taken");
    let gone = without(&made, "grants/payments", grant);
    let gone = edited(&gone, "roles.toml", |text| {
        text.split_once("\n[[roles]]").unwrap().0.to_owned()
    });
    let shown = plan(&house, &new.service, &gone).await;
    assert_eq!(shown.refused[0].code.as_str(), "role_in_use");
    assert_eq!(
        apply_plan(&house, &new.service, &gone, &shown).await.code(),
        "role_in_use"
    );
    assert!(
        grant_of(&house, grant).await.unwrap().ended.is_none(),
        "nothing half done"
    );
    // One that nobody ever had goes.
    let spare = RoleId::random(&SystemEntropy);
    let with = edited(&made, "roles.toml", |text| {
        format!("{text}{}", role_entry(spare, "Spare", "\"secret.view\""))
    });
    assert_eq!(applied(&house, &new.service, &with).await.code(), "ok");
    assert_eq!(applied(&house, &new.service, &made).await.code(), "ok");
    assert!(
        house
            .app
            .store
            .reader()
            .await
            .unwrap()
            .role(spare)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_widens_somebody_behind_it_is_for_two_owners() {
    let house = House::new().await;
    let new = Pipeline::of_everything(&house, &[READER]).await;
    let role = Role::custom(
        RoleId::random(&SystemEntropy),
        name("Support"),
        [Action::SecretView].into(),
        MayGrant::nothing(),
    )
    .unwrap();
    let mut locked = house.app.store.locked().await.unwrap();
    locked.put_role(&role).await.unwrap();
    locked.commit().await.unwrap();
    let files = export(&house, &new.author).await;
    let wider = edited(&files, "roles.toml", |text| {
        text.replace("\"secret.view\"", "\"secret.view\", \"secret.use\"")
    });
    for who in [new.keeper.principal, new.author.principal, new.second.principal] {
        let grant = given(&house, who, role.id, house.places.payments).await;
        let shown = plan(&house, &new.service, &wider).await;
        assert_eq!(
            shown.refused[0].code.as_str(),
            "second_owner_needed",
            "{:?}",
            shown.refused
        );
        assert_eq!(
            apply_plan(&house, &new.service, &wider, &shown).await.code(),
            "second_owner_needed"
        );
        let mut locked = house.app.store.locked().await.unwrap();
        let end = claviger_model::grant::Ended {
            at: locked.now(),
            by: who,
            reason: "over".to_owned(),
        };
        locked.end_grant(grant, &end).await.unwrap();
        locked.commit().await.unwrap();
    }
    assert_eq!(applied(&house, &new.service, &wider).await.code(), "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn guardrails_are_made_and_felt_and_nothing_is_loosened_for_those_behind_it() {
    let house = House::new().await;
    let new = Pipeline::of_everything(&house, &[READER]).await;
    let places = house.places;
    let reader = house.actor(&[(READER, places.payments)]).await;
    let secret = house.secret(places.production, "KEY", b"value").await;
    assert_eq!(
        crate::guardrails::released(&house, &reader, secret, "lease").await,
        "ok"
    );
    let (id, files) = (new_id(), export(&house, &new.author).await);
    let mut with = edited(&files, "guardrails.toml", |text| {
        format!(
            "{text}\n[[guardrails]]\nid = \"{id}\"\nname = \"Closed\"\nenabled = true\nfile = \"guardrails/closed.cedar\"\n"
        )
    });
    with.push(PolicyFile {
        path: "guardrails/closed.cedar".to_owned(),
        text: format!("{NO_PRODUCTION}\n"),
    });
    let done = applied(&house, &new.service, &with).await;
    assert_eq!(done.code(), "ok", "{:?}", done.json());
    assert!(!allowed(&house, reader.principal, Action::SecretReveal, places.production).await);
    assert!(
        !crate::orders::targets(&house, &reader).await.is_empty(),
        "felt at once"
    );
    // Gone again: it widens nobody behind the identity, until one of them reads values.
    let held = given(&house, new.keeper.principal, READER, places.payments).await;
    let shown = plan(&house, &new.service, &files).await;
    assert_eq!(
        shown.refused[0].code.as_str(),
        "second_owner_needed",
        "{:?}",
        shown.refused
    );
    assert_eq!(
        apply_plan(&house, &new.service, &files, &shown).await.code(),
        "second_owner_needed"
    );
    let mut locked = house.app.store.locked().await.unwrap();
    let end = claviger_model::grant::Ended {
        at: locked.now(),
        by: reader.principal,
        reason: "over".to_owned(),
    };
    locked.end_grant(held, &end).await.unwrap();
    locked.commit().await.unwrap();
    let gone = applied(&house, &new.service, &files).await;
    assert_eq!(gone.code(), "ok", "{:?}", gone.json());
    assert!(allowed(&house, reader.principal, Action::SecretReveal, places.production).await);
    // Built-in ones are switched off by two Owners only, and nobody locks the Owners out.
    let off = edited(&files, "guardrails.toml", |text| {
        let (before, after) = text
            .split_once(&PRODUCTION_WITH_MULTI_FACTOR.to_string())
            .unwrap();
        let after = after.replacen("enabled = true", "enabled = false", 1);
        format!("{before}{PRODUCTION_WITH_MULTI_FACTOR}{after}")
    });
    assert_eq!(
        applied(&house, &new.service, &off).await.code(),
        "second_owner_needed"
    );
    let mut lock = with.clone();
    lock.last_mut().unwrap().text = "forbid (principal, action, resource);\n".to_owned();
    let before = state_of(&house).await;
    assert_eq!(applied(&house, &new.service, &lock).await.code(), "last_owner");
    assert_eq!(state_of(&house).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_delegated_is_not_changed() {
    let house = House::new().await;
    let new = Pipeline::delegated(&house, house.places.root, &[READER]).await;
    let files = export(&house, &new.author).await;
    let role = edited(&files, "roles.toml", |text| {
        format!(
            "{text}{}",
            role_entry(RoleId::random(&SystemEntropy), "Support", "\"secret.view\"")
        )
    });
    let switched = edited(&files, "guardrails.toml", |text| {
        text.replacen("enabled = true", "enabled = false", 1)
    });
    for files in [role, switched] {
        let shown = plan(&house, &new.service, &files).await;
        assert_eq!(shown.refused[0].code.as_str(), "forbidden", "{:?}", shown.refused);
        assert_eq!(
            apply_plan(&house, &new.service, &files, &shown).await.code(),
            "forbidden"
        );
    }
}
