//! Emergency access through the real server: given, drawn, seen by others at once, given back, reviewed.

use crate::{
    is_online, list,
    organization::{id_of, make, place, sign_in},
    support::founded,
    until,
};
use claviger_testkit::peers::provider::Person;
use claviger_vault::{
    HostEvent, Purpose, Vault,
    view::{
        emergency::{EmergencyDraw, EmergencyVerdict, EmergencyView, GiveEmergency},
        event::ChangedArea,
        giving::{GiveAccess, GiveConditions},
        places::EnvironmentClass,
        secret::SecretKind,
        value::{SecretDraft, ValueInput},
    },
};
use std::time::Duration;

async fn view(vault: &Vault) -> EmergencyView {
    vault.emergency().await.unwrap()
}

async fn role(vault: &Vault, place: &str, name: &str) -> String {
    let choices = vault.give_choices(place, None, None).await.unwrap();
    choices
        .into_iter()
        .find(|choice| choice.name == name)
        .unwrap()
        .role
}

async fn give(vault: &Vault, principal: &str, role: String, place: &str) {
    let give = GiveAccess {
        principal: principal.to_owned(),
        role,
        place: place.to_owned(),
        starts_at: None,
        ends_at: None,
        conditions: GiveConditions::default(),
    };
    let plan = vault.plan_access(&give).await.unwrap();
    vault
        .give_access(&give, &plan.grant, &plan.digest, "runs it")
        .await
        .unwrap();
}

/// Waits until a vault was told by the server, without asking, that emergency access looks different.
async fn told(events: &mut tokio::sync::broadcast::Receiver<HostEvent>) {
    let heard = async {
        loop {
            if let HostEvent::Changed(changed) = events.recv().await.unwrap()
                && changed.areas.contains(&ChangedArea::Emergency)
            {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), heard)
        .await
        .unwrap();
}

async fn draw_of(vault: &Vault) -> EmergencyDraw {
    until("the draw", async || view(vault).await.draws.into_iter().next()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn drawn_in_an_emergency_seen_at_once_given_back_and_reviewed() {
    let people = ["olga", "ben", "cleo"].map(|name| Person::new(name, &[]));
    let (_provider, folder, server) = founded(&people).await;
    let olga = sign_in(&server, folder.path(), "olga", Some(server.bootstrap_code())).await;
    let ben = sign_in(&server, folder.path(), "ben", None).await;
    let cleo = sign_in(&server, folder.path(), "cleo", None).await;
    make(&olga, "", "payments", None).await;
    make(
        &olga,
        "payments",
        "production",
        Some(EnvironmentClass::Production),
    )
    .await;
    let production = place(&olga, "payments/production").await.id;
    let editor = role(&olga, &production, "Editor").await;
    give(&olga, &id_of(&olga, "cleo").await, editor, &production).await;
    until("the right to make a secret", async || {
        let places = cleo.places().await.unwrap().places;
        places.into_iter().find(|one| one.rights.create)
    })
    .await;
    let draft = SecretDraft {
        place: production.clone(),
        title: "Stripe".to_owned(),
        env_name: None,
        kind: SecretKind::ApiKey,
        tags: Vec::new(),
        note: None,
        value: ValueInput::Text {
            text: "sk_live".to_owned(),
        },
    };
    let secret = cleo.create_secret(draft).await.unwrap();

    // Given beforehand, it shows nothing yet.
    let mut bens = ben.events();
    let right = GiveEmergency {
        person: id_of(&olga, "ben").await,
        role: role(&olga, &production, "Reader").await,
        place: production.clone(),
        ends_at: olga.now().plus(Duration::from_secs(86_400)).millis(),
    };
    let plan = olga.plan_emergency(&right).await.unwrap();
    assert_eq!(
        (plan.people, plan.places.first().map(|place| place.path.as_str())),
        (1, Some("payments/production"))
    );
    assert!(
        plan.newly
            .iter()
            .any(|one| one.action == "secret.reveal" && one.secrets == 1)
    );
    olga.give_emergency(&right, &plan.grant, &plan.digest, "on call")
        .await
        .unwrap();
    told(&mut bens).await;
    let held = view(&ben).await.rights.remove(0);
    assert!(held.own && held.path == "payments/production" && held.role == "Reader");
    assert_eq!(list(&ben).await.total, 0);
    let nothing = ben.value(&secret, None, Purpose::Reveal).await;
    assert!(nothing.is_err());

    // Drawn, its names and values are there, and the Owner's app was told.
    let mut olgas = olga.events();
    ben.draw_emergency(&held.id, "payments are down", 1800)
        .await
        .unwrap();
    told(&mut olgas).await;
    assert_eq!(list(&ben).await.total, 1);
    let opened = ben.value(&secret, None, Purpose::Reveal).await.unwrap();
    assert_eq!(opened.value.expose(), b"sk_live");
    let again = ben.draw_emergency(&held.id, "once more", 600).await.unwrap_err();
    assert_eq!(again.code, "conflict");
    let seen = until("the read", async || {
        let draw = draw_of(&olga).await;
        (!draw.reads.is_empty()).then_some(draw)
    })
    .await;
    assert!(!seen.own && seen.reason == "payments are down" && seen.may_end && seen.may_review);
    assert!(seen.review_due > seen.over_at);
    let own = draw_of(&ben).await;
    assert!(own.own && !own.may_review);
    assert!(ben.leases().await.unwrap().is_empty(), "nothing is kept");
    let queued = until("the rotation", async || {
        let requests = cleo.requests().await.unwrap();
        (!requests.to_answer.is_empty()).then_some(requests)
    })
    .await;
    assert_eq!(queued.to_answer.len(), 1);

    // Given back, the names are gone from the device, and what nobody reviewed waits.
    let early = olga
        .review_emergency(&seen.id, EmergencyVerdict::Justified, "fine")
        .await;
    assert_eq!(early.unwrap_err().code, "conflict");
    ben.end_draw(&own.grant, None).await.unwrap();
    until("the end of it", async || {
        (list(&ben).await.total == 0).then_some(())
    })
    .await;
    assert!(ben.value(&secret, None, Purpose::Reveal).await.is_err());
    olga.review_emergency(
        &seen.id,
        EmergencyVerdict::NotJustified,
        "one key would have done",
    )
    .await
    .unwrap();
    let reviewed = draw_of(&ben).await.review.unwrap();
    assert_eq!(
        (reviewed.by.name.as_str(), reviewed.verdict),
        ("olga", EmergencyVerdict::NotJustified)
    );
    assert!(is_online(&ben));
    olga.end_emergency(&held.id, "moved on").await.unwrap();
    assert!(view(&ben).await.rights.is_empty());
}
