//! The report names them, and the log proves it.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn the_report_names_both_and_is_held_to_what_the_log_says_of_them() {
    let house = House::new().await;
    let root = house.places.root;
    let owner = house.actor(&[(roles::OWNER, root)]).await;
    let (heir, leaver) = (
        house.actor(&[]).await,
        house.actor(&[(roles::LEAD, house.places.production)]).await,
    );
    let handed = team(&house, "handed over", &[leaver.principal]).await;
    let lonely = team(&house, "lonely <one>", &[leaver.principal]).await;
    let service = made(&house, &leaver, lonely, house.places.production, "production").await;
    let secret = house.secret(house.places.production, "DB", b"1").await;
    release(
        &house,
        &house.actor(&[(roles::READER, house.places.production)]).await,
        secret,
        "use",
    )
    .await;
    let more = json!({"heir": heir.principal, "teams": [handed]});
    let case = opened(&house, &owner, leaver.principal, more).await.id;
    settle_steps(&house).await;
    let left = Left {
        house,
        admin: owner,
        leaver,
        case,
        secrets: [secret; 3],
    };
    let (report, keys) = (left.report().await, left.keys().await);
    for file in [&report.json, &report.html] {
        verify(file, &keys).unwrap();
    }
    assert!(
        report.html.contains("lonely &lt;one&gt;") && report.html.contains(&format!("service {service}"))
    );
    let honest = parsed(&report.json);
    let of = |report: &Report, kind| report.effects.iter().position(|one| one.kind == kind).unwrap();
    let (came, gone) = (
        of(&honest, EffectKind::HeirTeam),
        of(&honest, EffectKind::TeamLeft),
    );
    assert_eq!(honest.effects[came].object.array(), Some(*handed.as_bytes()));
    assert_eq!(honest.effects[gone].object.array(), Some(*lonely.as_bytes()));
    for number in [came, gone] {
        // Neither left out, nor claimed of another team.
        let fault = left.forged(|report| drop(report.effects.remove(number))).await;
        assert!(matches!(fault, Fault::Claim(_)), "{number}: {fault:?}");
        let other = if number == came { lonely } else { handed };
        let fault = left
            .forged(|report| report.effects[number].object = (*other.as_bytes()).into())
            .await;
        assert!(matches!(fault, Fault::Claim(_)), "{number}: {fault:?}");
    }
    // A place in a team that was lost is not proved by somebody's coming into it.
    let fault = left
        .forged(|report| report.effects[came].kind = EffectKind::LocalTeam)
        .await;
    assert!(matches!(fault, Fault::Claim(_)), "{fault:?}");
}
