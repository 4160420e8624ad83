//! Offboarding: those who answer for its rotations are told until the values have changed, without a word of who left; those who conduct
//! it are told of what waits, fails and is done.

use super::{kinds_of, makers_leave};
use crate::{
    house::{Actor, House},
    offboarding::{
        approve, cancelled, obey, offboarders, open, opened, release, set_brake, settle_steps, write,
    },
};
use claviger_model::{
    builtin_roles as roles,
    grant::Ended,
    ids::{PrincipalId, SecretId},
    notice::NoticeKind,
    offboarding::StepKind,
    time::Clock,
};
use claviger_protocol::{notices::NoticeRecord, problem::Code};
use claviger_server::{
    http::refusal::Refusal,
    operations::offboarding::case::drive,
    telling::{due::AGAIN, events::TRIES},
};
use claviger_storage::notices::Notice;
use serde_json::json;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);
const NOTHING: [&str; 0] = [];

async fn own(house: &House, person: PrincipalId, secret: SecretId) {
    let mut locked = house.app.store.locked().await.unwrap();
    let mut description = locked.secret(secret).await.unwrap().unwrap().description;
    description.owner = Some(person);
    let now = locked.now();
    locked.describe_secret(secret, &description, now).await.unwrap();
    locked.commit().await.unwrap();
}

/// What somebody was told of one kind, newest first.
async fn of_kind(house: &House, who: &Actor, kind: NoticeKind) -> Vec<Notice> {
    house.catch_up().await;
    let mut reader = house.app.store.reader().await.unwrap();
    let told = reader.notices_of(who.principal, None, false, 500).await.unwrap();
    told.into_iter().filter(|one| one.kind == kind).collect()
}

async fn later(house: &House, by: Duration) {
    house.clock.advance(by);
    house.catch_up().await;
}

/// As the app shows it.
async fn shown(house: &House, who: &Actor) -> Vec<NoticeRecord> {
    let who = house.sign_in(who.principal).await;
    house.told(&who).await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_answers_for_a_rotation_is_told_reminded_and_told_again_until_the_value_changed() {
    let house = House::new().await;
    let places = house.places;
    let secret = async |place, name: &str| house.secret(place, name, name.as_bytes()).await;
    let urgent = secret(places.production, "URGENT").await;
    let (soon, used) = (
        secret(places.staging, "SOON").await,
        secret(places.staging, "USED").await,
    );
    makers_leave(&house, &[house.places.production, house.places.staging]).await;
    let admin = house.actor(&[(roles::OFFBOARDER, places.root)]).await;
    let leaver = house.actor(&[(roles::READER, places.payments)]).await;
    let heir = house.actor(&[(roles::VIEWER, places.payments)]).await;
    let editor = house.actor(&[(roles::EDITOR, places.staging)]).await;
    let reader = house.actor(&[(roles::READER, places.payments)]).await;
    for id in [urgent, soon, used] {
        own(&house, leaver.principal, id).await;
    }
    release(&house, &leaver, urgent, "copy").await;
    release(&house, &leaver, soon, "copy").await;
    release(&house, &leaver, used, "use").await;
    house.catch_up().await;
    let begun_at = house.clock.now();
    let case = opened(&house, &admin, leaver.principal, json!({"heir": heir.principal})).await;
    settle_steps(&house).await;

    // In one notice of all, with the first due date: a day, three days, a week. Whoever may write at one place hears of that one.
    assert_eq!(kinds_of(&house, &heir).await, ["rotation.needed"]);
    let told = of_kind(&house, &heir, NoticeKind::RotationNeeded).await;
    assert_eq!((told[0].about.count, told[0].about.scope), (Some(3), None));
    assert_eq!(told[0].about.ends_at, Some(begun_at.plus(DAY)));
    let told = of_kind(&house, &editor, NoticeKind::RotationNeeded).await;
    assert_eq!(
        (told[0].about.count, told[0].about.scope),
        (Some(2), Some(places.staging))
    );
    assert_eq!(told[0].about.ends_at, Some(begun_at.plus(DAY * 3)));
    for other in [&reader, &leaver] {
        assert_eq!(
            kinds_of(&house, other)
                .await
                .iter()
                .filter(|kind| kind.starts_with("rotation"))
                .count(),
            0
        );
    }

    // What was queued for a day is overdue after it; the others are reminded of a day before.
    later(&house, DAY - HOUR).await;
    assert_eq!(kinds_of(&house, &heir).await, ["rotation.needed"]);
    later(&house, HOUR * 2).await;
    assert_eq!(
        kinds_of(&house, &heir).await,
        ["rotation.past-due", "rotation.needed"]
    );
    let late = of_kind(&house, &heir, NoticeKind::RotationPastDue).await;
    assert_eq!(
        (late[0].about.secret, late[0].about.count),
        (Some(urgent), Some(1))
    );
    assert!(late[0].about.request.is_some(), "it leads to the request");
    assert_eq!(kinds_of(&house, &editor).await, ["rotation.needed"]);
    later(&house, DAY).await;
    let soon_told = of_kind(&house, &editor, NoticeKind::RotationDueSoon).await;
    assert_eq!(
        soon_told.iter().map(|one| one.about.secret).collect::<Vec<_>>(),
        [Some(soon)]
    );
    assert_eq!(soon_told[0].about.ends_at, Some(begun_at.plus(DAY * 3)));

    // The value changes in time: nothing more of it. What asks for it is settled.
    let editor = house.sign_in(editor.principal).await;
    write(&house, &editor, soon, 2, b"new").await;
    later(&house, DAY * 2).await;
    assert_eq!(of_kind(&house, &editor, NoticeKind::RotationPastDue).await, []);
    assert!(
        of_kind(&house, &editor, NoticeKind::RotationDueSoon).await[0]
            .read_at
            .is_some(),
        "settled"
    );

    // Overdue since the first day, it is said again after each week, and after a long silence once.
    let overdue = async || {
        let told = of_kind(&house, &heir, NoticeKind::RotationPastDue).await;
        told.iter().filter(|one| one.about.secret == Some(urgent)).count()
    };
    assert_eq!(overdue().await, 1);
    later(&house, AGAIN - DAY * 3 - HOUR * 2).await;
    assert_eq!(overdue().await, 1, "not a week yet");
    later(&house, HOUR * 2).await;
    assert_eq!(overdue().await, 2);
    later(&house, AGAIN * 3).await;
    let told = of_kind(&house, &heir, NoticeKind::RotationPastDue).await;
    let both = told.iter().filter(|one| one.about.count == Some(2)).count();
    assert_eq!((overdue().await, both), (2, 1), "{told:#?}");
    // By its own date, and not by a week after it was asked for.
    for who in [&heir, &editor] {
        assert_eq!(of_kind(&house, who, NoticeKind::RotationOverdue).await, []);
    }

    // Nothing of it names who left, or their case.
    let told = [shown(&house, &heir).await, shown(&house, &editor).await].concat();
    let text = serde_json::to_string(&told).unwrap();
    for hidden in [
        leaver.principal.to_string(),
        case.id.to_string(),
        admin.principal.to_string(),
    ] {
        assert!(!text.contains(&hidden), "{text}");
    }
    assert!(
        told.iter().all(|one| one.of.is_none() && one.by.is_none()),
        "{told:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_comes_back_is_told_by_itself() {
    let house = House::new().await;
    let production = house.places.production;
    let secret = house.secret(production, "DB", b"one").await;
    makers_leave(&house, &[house.places.production, house.places.staging]).await;
    let admin = house.actor(&[(roles::OFFBOARDER, house.places.root)]).await;
    let leaver = house.actor(&[(roles::READER, production)]).await;
    let editor = house.actor(&[(roles::EDITOR, production)]).await;
    release(&house, &leaver, secret, "copy").await;
    opened(&house, &admin, leaver.principal, json!({})).await;
    settle_steps(&house).await;
    assert_eq!(kinds_of(&house, &editor).await, ["rotation.needed"]);
    write(&house, &editor, secret, 2, b"two").await;
    house.clock.advance(HOUR);
    let editor = house.sign_in(editor.principal).await;
    write(&house, &editor, secret, 3, b"one").await;
    let told = of_kind(&house, &editor, NoticeKind::RotationNeeded).await;
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(
        told[0].read_at.is_none() && told[1].read_at.is_some(),
        "{told:#?}"
    );
    assert_eq!(told[0].about.ends_at, Some(house.clock.now().plus(DAY)));
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_conduct_it_are_told_of_what_waits_and_is_done_and_nobody_else() {
    let house = House::new().await;
    let root = house.places.root;
    let (first, second) = offboarders(&house).await;
    let owner = house.actor(&[(roles::OWNER, root)]).await;
    let lead = house.actor(&[(roles::LEAD, root)]).await;
    // Who leaves conducts offboarding, too.
    let leaver = house.actor(&[(roles::OFFBOARDER, root)]).await;
    assert_eq!(set_brake(&house, &owner, 10, &[leaver.principal]).await, "ok");
    let case = opened(&house, &first, leaver.principal, json!({})).await;
    for (who, kinds) in [
        (&first, &NOTHING[..]),
        (&leaver, &NOTHING[..]),
        (&lead, &NOTHING[..]),
    ] {
        assert_eq!(kinds_of(&house, who).await, kinds);
    }
    for who in [&second, &owner] {
        let told = shown(&house, who).await;
        assert_eq!((told.len(), told[0].kind.as_str()), (1, "offboarding.braked"));
        assert_eq!(told[0].of.as_deref(), Some("Somebody"));
        assert_eq!((told[0].about.case, told[0].read_at), (Some(case.id), None));
    }

    // Looked at by one, it waits for nobody.
    assert_eq!(approve(&house, &second, &case).await, "ok");
    assert!(
        of_kind(&house, &owner, NoticeKind::CaseBraked).await[0]
            .read_at
            .is_some()
    );
    settle_steps(&house).await;
    assert_eq!(of_kind(&house, &owner, NoticeKind::CaseDone).await, []);
    obey(&house, &leaver).await;
    for who in [&first, &second, &owner] {
        let done = of_kind(&house, who, NoticeKind::CaseDone).await;
        assert_eq!((done.len(), done[0].about.case), (1, Some(case.id)));
    }
    for who in [&lead, &leaver] {
        assert_eq!(of_kind(&house, who, NoticeKind::CaseDone).await, []);
    }

    // Who does not conduct it any more is not told who left.
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    for grant in locked
        .grants_of_roles(&[roles::OFFBOARDER], &[root], now, 9)
        .await
        .unwrap()
    {
        if grant.principal == second.principal {
            let end = Ended {
                at: now,
                by: owner.principal,
                reason: "another task".to_owned(),
            };
            locked.end_grant(grant.id, &end).await.unwrap();
        }
    }
    locked.commit().await.unwrap();
    let told = shown(&house, &second).await;
    assert!(told.iter().any(|one| one.kind == "offboarding.done"));
    for one in told.iter().filter(|one| one.kind.starts_with("offboarding")) {
        assert_eq!(
            (&one.of, &one.by, one.about.case, one.about.of),
            (&None, &None, None, None)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planned_case_that_is_braked_is_told_its_opener_too() {
    let house = House::new().await;
    let root = house.places.root;
    let admin = house.actor(&[(roles::OFFBOARDER, root)]).await;
    let owner = house.actor(&[(roles::OWNER, root)]).await;
    let leaver = house.actor(&[]).await;
    assert_eq!(set_brake(&house, &owner, 0, &[]).await, "ok");
    let at = jiff::Timestamp::from_millisecond(house.clock.now().plus(DAY).millis()).unwrap();
    let local = at.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let more = json!({"start": {"local": local, "zone": "UTC"}});
    assert_eq!(open(&house, &admin, leaver.principal, more).await.code(), "ok");
    assert_eq!(kinds_of(&house, &admin).await, NOTHING);
    house.clock.advance(DAY + HOUR);
    settle_steps(&house).await;
    for who in [&admin, &owner] {
        assert_eq!(kinds_of(&house, who).await, ["offboarding.braked"]);
    }
    // Called off, it is settled.
    let owner = house.sign_in(owner.principal).await;
    let case = of_kind(&house, &owner, NoticeKind::CaseBraked).await[0]
        .about
        .case
        .unwrap();
    cancelled(&house, &owner, case).await;
    assert!(
        of_kind(&house, &admin, NoticeKind::CaseBraked).await[0]
            .read_at
            .is_some()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_keeps_failing_is_told_once_for_each_code() {
    let house = House::new().await;
    let root = house.places.root;
    let admin = house.actor(&[(roles::OFFBOARDER, root)]).await;
    let reader = house.actor(&[(roles::READER, root)]).await;
    let leaver = house.actor(&[]).await;
    let case = opened(&house, &admin, leaver.principal, json!({})).await;
    let fails = async |code: Code| {
        drive::failed(&house.app, case.id, StepKind::Teams, &Refusal::new(code))
            .await
            .unwrap();
        of_kind(&house, &admin, NoticeKind::CaseFailing).await.len()
    };
    for _ in 1..TRIES {
        assert_eq!(fails(Code::Internal).await, 0);
    }
    assert_eq!(fails(Code::Internal).await, 1);
    assert_eq!(fails(Code::Internal).await, 1);
    assert_eq!(fails(Code::StalePlan).await, 2);
    assert_eq!(fails(Code::Internal).await, 2);
    let told = of_kind(&house, &admin, NoticeKind::CaseFailing).await;
    assert_eq!(
        (told[0].about.case, told[0].about.of),
        (Some(case.id), Some(leaver.principal))
    );
    assert_eq!(kinds_of(&house, &reader).await, NOTHING);
}
