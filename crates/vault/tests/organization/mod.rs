//! An owner's way from an empty server to a working organization, by the use cases alone: places, a team, first grants,
//! roles of one's own; and what is refused on the way.

mod import;

use super::{
    connect, list, parts,
    support::{Server, browser_of, founded},
    until,
};
use claviger_testkit::peers::{browser::Answer, provider::Person};
use claviger_vault::{
    MemoryKeyStore, Vault,
    view::{
        giving::{GiveAccess, GiveConditions, GiveWarning},
        managing::{KnownTo, ManagedPlace, NewPlace, PlaceEdit},
        places::EnvironmentClass,
        role::{ChangeOutcome, RoleEdit},
    },
};
use std::{path::Path, sync::Arc};

pub async fn sign_in(server: &Server, home: &Path, who: &str, code: Option<String>) -> Vault {
    let keys = Arc::new(MemoryKeyStore::default());
    let vault = Vault::start(parts(&home.join(who), &keys, browser_of(who, Answer::Allow))).await;
    connect(&vault, server).await;
    vault.sign_in(code).await.unwrap();
    until("a first sync", async || super::is_online(&vault).then_some(())).await;
    vault
}

/// A place, as soon as it shows.
pub async fn place(vault: &Vault, path: &str) -> ManagedPlace {
    until(path, async || {
        let places = vault.managed_places().await.unwrap();
        places.into_iter().find(|place| place.path == path)
    })
    .await
}

pub async fn make(vault: &Vault, parent: &str, name: &str, class: Option<EnvironmentClass>) {
    let parent = place(vault, parent).await.id;
    let new = NewPlace {
        parent,
        name: name.to_owned(),
        class,
    };
    vault.create_place(&new).await.unwrap();
}

pub async fn id_of(vault: &Vault, name: &str) -> String {
    let people = vault.people().await.unwrap().principals;
    let found = people.into_iter().find(|one| one.principal.person.name == name);
    found.unwrap().principal.person.id
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_makes_an_empty_server_a_working_organization() {
    let (_provider, folder, server) = founded(&[Person::new("olga", &[]), Person::new("ben", &[])]).await;
    let olga = sign_in(&server, folder.path(), "olga", Some(server.bootstrap_code())).await;
    let ben = sign_in(&server, folder.path(), "ben", None).await;
    assert!(ben.managed_places().await.unwrap().is_empty());
    assert_eq!(ben.people().await.unwrap_err().code, "forbidden");

    // Places.
    assert!(place(&olga, "").await.may.create);
    make(&olga, "", "payments", None).await;
    make(
        &olga,
        "payments",
        "production",
        Some(EnvironmentClass::Production),
    )
    .await;
    let production = place(&olga, "payments/production").await;
    assert_eq!(production.class, Some(EnvironmentClass::Production));
    let again = NewPlace {
        parent: place(&olga, "payments").await.id,
        name: " PRODUCTION ".to_owned(),
        class: None,
    };
    assert_eq!(olga.create_place(&again).await.unwrap_err().code, "nameTaken");
    let nameless = NewPlace {
        name: "a/b".to_owned(),
        ..again
    };
    assert_eq!(
        olga.create_place(&nameless).await.unwrap_err().code,
        "nameInvalid"
    );

    // A team.
    let team = olga.create_team("Payments").await.unwrap();
    let ben_id = id_of(&olga, "ben").await;
    olga.add_member(&team, &ben_id).await.unwrap();
    assert_eq!(olga.add_member(&team, &team).await.unwrap_err().code, "teamCycle");
    let view = olga.team(&team).await.unwrap();
    assert!(view.may_manage && view.members.iter().all(|member| member.by_hand));

    // The least role first; nobody gives to themselves.
    let choices = olga
        .give_choices(&production.id, None, Some("secret.reveal"))
        .await
        .unwrap();
    let names: Vec<_> = choices.iter().map(|choice| choice.name.as_str()).collect();
    assert_eq!(names, ["Reader", "Editor"]);
    let olga_id = id_of(&olga, "olga").await;
    let to_oneself = olga
        .give_choices(&production.id, Some(&olga_id), None)
        .await
        .unwrap();
    assert!(to_oneself.iter().all(|choice| choice.refused.is_some()));
    let editor = choices
        .into_iter()
        .find(|choice| choice.name == "Editor")
        .unwrap()
        .role;
    let receivers = olga.give_receivers(&production.id, &editor, "PAY").await.unwrap();
    assert_eq!(receivers.receivers.len(), 1);

    // What is shown is what is given, and nothing else.
    let give = GiveAccess {
        principal: team.clone(),
        role: editor.clone(),
        place: production.id.clone(),
        starts_at: None,
        ends_at: None,
        conditions: GiveConditions::default(),
    };
    let plan = olga.plan_access(&give).await.unwrap();
    assert_eq!((plan.people, plan.services), (1, 0));
    assert!(plan.newly.iter().any(|newly| newly.action == "secret.write"));
    assert!(plan.warnings.contains(&GiveWarning::Permanent));
    let wordless = olga
        .give_access(&give, &plan.grant, &plan.digest, " ")
        .await
        .unwrap_err();
    assert_eq!(wordless.code, "reasonMissing");
    make(&olga, "payments/production", "stripe", None).await;
    let stale = olga
        .give_access(&give, &plan.grant, &plan.digest, "runs it")
        .await
        .unwrap_err();
    assert_eq!(stale.code, "planStale");
    assert_eq!(list(&ben).await.total, 0);
    let plan = olga.plan_access(&give).await.unwrap();
    olga.give_access(&give, &plan.grant, &plan.digest, "runs it")
        .await
        .unwrap();
    // The reply got lost, and the call came again.
    olga.give_access(&give, &plan.grant, &plan.digest, "runs it")
        .await
        .unwrap();
    until("the right to make a secret", async || {
        let places = ben.places().await.unwrap().places;
        places
            .into_iter()
            .find(|one| one.path == "payments/production/stripe" && one.rights.create)
    })
    .await;
    import::a_first_import_and_a_second(&ben, &production.id, folder.path()).await;

    // Changed, and moved with all that is in it.
    let edit = PlaceEdit {
        name: Some("live".to_owned()),
        class: None,
        known_to: Some(KnownTo::Teams {
            teams: vec![team.clone()],
        }),
        copies_for: Some(0),
    };
    olga.edit_place(&production.id, &edit).await.unwrap();
    let live = place(&olga, "payments/live").await;
    assert_eq!(
        (live.copies_for, live.known_to),
        (Some(0), KnownTo::Teams { teams: vec![team] })
    );
    make(&olga, "", "billing", None).await;
    let billing = place(&olga, "billing").await;
    let plan = olga.plan_move(&production.id, &billing.id).await.unwrap();
    assert_eq!((plan.path.as_str(), plan.places), ("billing/live", 2));
    let wrong = olga
        .move_place(&production.id, &billing.id, &"00".repeat(32))
        .await;
    assert!(wrong.is_err());
    olga.move_place(&production.id, &billing.id, &plan.digest)
        .await
        .unwrap();
    place(&olga, "billing/live/stripe").await;

    // A role of one's own, which nobody holds yet; values and power over access never in one hand.
    let role = |actions: &[&str]| RoleEdit {
        id: None,
        replaces: None,
        name: "Support".to_owned(),
        actions: actions.iter().map(|code| (*code).to_owned()).collect(),
        may_grant: Vec::new(),
    };
    let both = role(&["secret.use", "grant.assign"]);
    assert_eq!(
        olga.put_role(&both, "no", false).await.unwrap_err().code,
        "roleInvalid"
    );
    let made = olga
        .put_role(&role(&["secret.view", "secret.use"]), "first line", false)
        .await;
    assert_eq!(made.unwrap(), ChangeOutcome::Made);
    let known = olga.roles().await.unwrap().roles;
    let support = known.into_iter().find(|role| role.name == "Support").unwrap();
    let changed = RoleEdit {
        id: Some(support.id.clone()),
        replaces: Some(support.digest),
        name: "First line".to_owned(),
        ..role(&["secret.view"])
    };
    olga.put_role(&changed, "sees names only", false).await.unwrap();
    let outdated = RoleEdit {
        name: "Second line".to_owned(),
        ..changed
    };
    let lost = olga.put_role(&outdated, "late", false).await;
    assert_eq!(lost.unwrap_err().code, "conflict");
    olga.delete_role(&support.id, "not needed").await.unwrap();
    assert!(olga.proposals().await.unwrap().is_empty());
}
