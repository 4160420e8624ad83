//! Page by page, and by whom.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn pages_go_on_where_the_last_one_ended() {
    let house = House::new().await;
    let production = house.places.production;
    let admin = offboarder(&house).await;
    let leaver = house.actor(&[(roles::READER, production)]).await;
    let mut all = BTreeSet::new();
    for number in 0..7 {
        let secret = house.secret(production, &format!("S{number}"), &[number]).await;
        release(
            &house,
            &leaver,
            secret,
            if number % 2 == 0 { "use" } else { "reveal" },
        )
        .await;
        all.insert(secret);
    }
    let mut found: Vec<SecretId> = Vec::new();
    let mut after: Option<After> = None;
    for page in 0..4 {
        let body = json!({
            "of": Suspect::Person(leaver.principal), "limit": 2, "after": after,
        });
        let answer = house.call(Some(&admin), &route::BLAST_RADIUS, &[], &body).await;
        let reply: RadiusReply = answer.parse();
        assert_eq!(reply.numbers.known, 7, "the numbers are of all of it");
        assert_eq!(reply.devices.len(), usize::from(page == 0));
        found.extend(reply.known.iter().map(|one| one.secret));
        after = reply.next.known;
        assert_eq!(after.is_some(), page < 3);
    }
    assert_eq!(found.len(), 7);
    assert_eq!(found.iter().copied().collect::<BTreeSet<_>>(), all);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_conducts_offboarding_may_ask_and_what_is_not_there_is_not_found() {
    let house = House::new().await;
    let leaver = house.actor(&[]).await;
    let here = house.actor(&[(roles::OFFBOARDER, house.places.production)]).await;
    let of = Suspect::Person(leaver.principal);
    let asked = async |by: &Actor, of: Suspect| {
        let body = json!({ "of": of });
        house
            .call(Some(by), &route::BLAST_RADIUS, &[], &body)
            .await
            .code()
    };
    assert_eq!(asked(&leaver, of).await, "forbidden", "not of oneself either");
    assert_eq!(
        asked(&here, of).await,
        "forbidden",
        "the whole organization, or nothing"
    );
    let admin = offboarder(&house).await;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    assert_eq!(asked(&admin, of).await, "ok");
    assert_eq!(asked(&owner, of).await, "ok");
    let nobody = PrincipalId::random(&SystemEntropy);
    for of in [
        Suspect::Person(nobody),
        Suspect::Service(leaver.principal),
        Suspect::Secret(SecretId::random(&SystemEntropy)),
    ] {
        assert_eq!(asked(&admin, of).await, "not_found");
    }
}
