//! A Lead whose sign-in is too weak for their own grant looks at who has what: it is said, no browser opens unasked, and after a
//! fresh sign-in everything is there.

use super::{
    connect,
    organization::{id_of, make, place, sign_in},
    parts,
    support::{browser_of, founded},
    until,
};
use claviger_testkit::peers::{browser::Answer, provider::Person};
use claviger_vault::{
    MemoryKeyStore, OpenUrl, Vault,
    view::giving::{GiveAccess, GiveConditions},
};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

async fn lead_who_signed_in_lately(olga: &Vault, ben: &str) -> String {
    make(olga, "", "payments", None).await;
    let payments = place(olga, "payments").await.id;
    let choices = olga.give_choices(&payments, None, None).await.unwrap();
    let lead = choices.into_iter().find(|choice| choice.name == "Lead").unwrap();
    let give = GiveAccess {
        principal: ben.to_owned(),
        role: lead.role,
        place: payments.clone(),
        starts_at: None,
        ends_at: None,
        conditions: GiveConditions {
            multi_factor_minutes: Some(15),
            ..GiveConditions::default()
        },
    };
    let plan = olga.plan_access(&give).await.unwrap();
    olga.give_access(&give, &plan.grant, &plan.digest, "leads it")
        .await
        .unwrap();
    payments
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looks_with_a_stale_sign_in_is_told_so_and_goes_on_after_a_fresh_one() {
    let strong = Person::new("ben", &[]);
    let weak = Person {
        amr: vec!["pwd".to_owned()],
        acr: "urn:test:password".to_owned(),
        ..strong.clone()
    };
    let (provider, folder, server) = founded(&[Person::new("olga", &[]), weak]).await;
    let olga = sign_in(&server, folder.path(), "olga", Some(server.bootstrap_code())).await;
    let opened = Arc::new(AtomicUsize::new(0));
    let open: OpenUrl = {
        let (opened, browser) = (Arc::clone(&opened), browser_of("ben", Answer::Allow));
        Arc::new(move |url| {
            opened.fetch_add(1, Ordering::SeqCst);
            browser(url)
        })
    };
    let keys = Arc::new(MemoryKeyStore::default());
    let ben = Vault::start(parts(&folder.path().join("ben"), &keys, open)).await;
    connect(&ben, &server).await;
    ben.sign_in(None).await.unwrap();
    let id = id_of(&olga, "ben").await;
    let payments = lead_who_signed_in_lately(&olga, &id).await;

    // Nothing shows, and that something would is known.
    until("it is known that places would show", async || {
        let known = ben.access_places().await.unwrap();
        (known.afresh && known.places.is_empty()).then_some(())
    })
    .await;
    let refusals = [
        ben.access_at(&payments, None).await.unwrap_err(),
        ben.access_of(&id_of(&olga, "olga").await, None)
            .await
            .unwrap_err(),
        ben.access_matrix(&payments, None, None).await.unwrap_err(),
        ben.people().await.unwrap_err(),
    ];
    for refused in &refusals {
        assert_eq!(refused.code, "stepUpRequired", "{refused:?}");
    }
    assert_eq!(opened.load(Ordering::SeqCst), 1, "the sign-in, and no other page");

    provider.put_person(&strong).await.unwrap();
    ben.sign_in_afresh().await.unwrap();
    assert_eq!(opened.load(Ordering::SeqCst), 2);
    let people = ben.access_at(&payments, None).await.unwrap().people;
    let names: Vec<_> = people
        .iter()
        .map(|one| one.principal.person.name.as_str())
        .collect();
    assert_eq!(names, ["ben", "olga"]);
    until("the place shows", async || {
        let known = ben.access_places().await.unwrap();
        let shows = known.places.iter().any(|place| place.path == "payments");
        (shows && !known.afresh).then_some(())
    })
    .await;
    assert_eq!(opened.load(Ordering::SeqCst), 2);
}
