//! A mail server that is slow or lies holds up nobody's notices but its own mail, which is neither lost nor sent twice: proved by the
//! order of what happens, not by the clock.

use super::{
    mail::{given_up, house, taken_away},
    post_office::{Manner, PostOffice},
    receiver::{self, Receiver},
    webhook,
};
use crate::house::House;
use claviger_model::builtin_roles as roles;
use claviger_server::telling::outbox::{self, BACKOFF};
use claviger_storage::notices::{Channel, DeliveryState};
use std::time::Duration;

/// More than any number of deliveries that are tried side by side.
const MANY: usize = 12;

/// Waits for something that comes by itself.
async fn until(what: impl Fn() -> bool) {
    while !what() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn last(house: &House) -> Option<DeliveryState> {
    let mut reader = house.app.store.reader().await.unwrap();
    let last = reader.last_delivery(Channel::Mail).await.unwrap();
    last.map(|last| last.state)
}

async fn nobody_waits(manner: Manner) {
    let office = PostOffice::start(manner).await;
    let good = Receiver::start(receiver::Manner::Answers(200)).await;
    let house = House::with(|config| {
        good.listed(config);
        config.mail = Some(office.settings());
    })
    .await;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let lead = house.actor(&[(roles::LEAD, house.places.production)]).await;
    webhook(&house, &owner, &good.url()).await;
    let mut people = Vec::new();
    for number in 0..MANY {
        let person = house.actor(&[]).await;
        let mut locked = house.app.store.locked().await.unwrap();
        let address = format!("p{number}@example.test");
        locked
            .set_mail_address(person.principal, Some(&address))
            .await
            .unwrap();
        locked.commit().await.unwrap();
        people.push(person);
    }
    for person in &people {
        taken_away(&house, &lead, person).await;
    }
    let told = |posted: &[receiver::Posted]| {
        let kinds = posted.iter().map(|post| post.json()["type"].clone());
        kinds.filter(|kind| *kind == "access.revoked").count()
    };
    let job = tokio::spawn(outbox::run(house.app.clone(), Duration::from_millis(50)));
    // The post of each of them, while the first mail still lasts.
    until(|| told(&good.posted()) == MANY && office.callers() > 0).await;
    let callers = office.callers();
    assert!(
        callers < MANY / 2,
        "{callers} calls to a slow mail server at once"
    );
    assert_eq!(last(&house).await, None, "no mail has ended");
    // What comes meanwhile is posted, too, and stands in everybody's list.
    taken_away(&house, &lead, &people[MANY - 1]).await;
    house.app.outbox.wake();
    until(|| told(&good.posted()) == MANY + 1).await;
    for person in &people {
        let person = house.sign_in(person.principal).await;
        assert!(house.kinds(&person).await.contains(&"access.revoked".to_owned()));
    }
    assert_eq!(last(&house).await, None, "no mail has ended");
    assert_eq!(office.callers(), callers);
    job.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_for_a_mail_server_that_never_says_a_word() {
    nobody_waits(Manner::NeverGreets).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_for_a_mail_server_that_never_answers_a_message() {
    nobody_waits(Manner::NeverAnswers).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_a_mail_server_dropped_is_sent_again_under_the_same_id() {
    let office = PostOffice::start(Manner::HangsUp).await;
    let (house, lead, person) = house(office.settings()).await;
    taken_away(&house, &lead, &person).await;
    outbox::deliver(&house.app).await.unwrap();
    assert_eq!(last(&house).await, Some(DeliveryState::Waiting));
    // Not before its time.
    outbox::deliver(&house.app).await.unwrap();
    assert_eq!(office.read().len(), 1);
    office.behaves(Manner::Takes);
    house.clock.advance(BACKOFF[0]);
    outbox::deliver(&house.app).await.unwrap();
    assert_eq!(last(&house).await, Some(DeliveryState::Sent));
    let read = office.read();
    assert_eq!(read.len(), 2);
    assert!(!read[0].is_empty() && read[0] == read[1], "{read:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_is_a_yes_whatever_follows_and_a_message_that_is_refused_is_given_up() {
    let office = PostOffice::start(Manner::TakesAndHangsUp).await;
    let (house, lead, person) = house(office.settings()).await;
    taken_away(&house, &lead, &person).await;
    outbox::deliver(&house.app).await.unwrap();
    assert_eq!(last(&house).await, Some(DeliveryState::Sent));
    house.clock.advance(Duration::from_secs(3 * 24 * 3600));
    outbox::deliver(&house.app).await.unwrap();
    assert_eq!(office.read().len(), 1, "sent once");

    office.behaves(Manner::RefusesMessages);
    taken_away(&house, &lead, &person).await;
    outbox::deliver(&house.app).await.unwrap();
    assert_eq!(given_up(&house).await, ["the mail server refused it: 554"]);
    assert_eq!(office.read().len(), 1, "nothing more was read");
}
