//! Lists, marks, wishes and webhooks: each person their own, webhooks for Owners.

use super::webhook_body;
use crate::house::House;
use claviger_model::{
    builtin_roles as roles,
    ids::NoticeId,
    notice::{About, NoticeKind, Way},
    time::Clock,
};
use claviger_protocol::{
    notices::{NoticesReply, PreferencesReply, UnreadReply, WebhooksReply},
    route,
};
use claviger_storage::notices::{Mark, Notice, Telling};
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn notices_are_paged_and_marked_by_their_own_reader_only() {
    let house = House::new().await;
    house.catch_up().await;
    let (person, stranger) = (house.actor(&[]).await, house.actor(&[]).await);
    let mut notices = Vec::new();
    for number in 1..=130_u8 {
        notices.push(Notice {
            id: NoticeId::from_bytes([number; 16]),
            person: person.principal,
            kind: NoticeKind::AccessGiven,
            at: house
                .clock
                .now()
                .plus(Duration::from_millis(u64::from(number / 4))),
            about: About::default(),
            read_at: None,
        });
    }
    let from = house
        .app
        .store
        .reader()
        .await
        .unwrap()
        .notice_mark()
        .await
        .unwrap();
    let to = Mark {
        next_index: from.next_index + 1,
        ..from
    };
    let (channels, settled) = (Vec::new(), Vec::new());
    let telling = Telling {
        from,
        to,
        notices,
        channels,
        settled,
        due: Vec::new(),
    };
    let mut desk = house.app.store.notice_desk().await.unwrap();
    assert!(desk.tell(&telling).await.unwrap());
    desk.commit().await.unwrap();
    let page = async |actor, call: Value| -> NoticesReply {
        house.call(Some(actor), &route::NOTICES, &[], &call).await.parse()
    };
    let first = page(&person, json!({})).await;
    assert!(
        first.more && first.notices.len() == 100,
        "{}",
        first.notices.len()
    );
    assert_eq!(first.unread, 130);
    let last = first.notices[99].id;
    let second = page(&person, json!({"before": last})).await;
    assert!(!second.more);
    assert_eq!(second.notices.len(), 30);
    assert!(
        second
            .notices
            .iter()
            .all(|one| first.notices.iter().all(|other| other.id != one.id))
    );
    // Another one's notice is not known, not even as the place where a page begins.
    let foreign = house
        .call(Some(&stranger), &route::NOTICES, &[], &json!({"before": last}))
        .await;
    let unknown = json!({"before": NoticeId::from_bytes([9; 16])});
    let unknown = house.call(Some(&stranger), &route::NOTICES, &[], &unknown).await;
    assert_eq!(
        (foreign.code(), foreign.without_call()),
        ("not_found".to_owned(), unknown.without_call())
    );

    let read = async |actor, call: Value| -> UnreadReply {
        house
            .call(Some(actor), &route::READ_NOTICES, &[], &call)
            .await
            .parse()
    };
    assert_eq!(read(&stranger, json!({"these": [last]})).await.unread, 0);
    assert_eq!(page(&person, json!({})).await.unread, 130);
    assert_eq!(read(&person, json!({"these": [last, last]})).await.unread, 129);
    assert_eq!(page(&person, json!({"unread": true})).await.notices.len(), 100);
    assert_eq!(
        read(&person, json!({"until": first.notices[0].at})).await.unread,
        0
    );
    let many = json!({"these": vec![last; 501]});
    assert_eq!(
        house
            .call(Some(&person), &route::READ_NOTICES, &[], &many)
            .await
            .code(),
        "bad_request"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn everyone_chooses_for_themselves_and_emergencies_cannot_be_switched_off() {
    let house = House::new().await;
    let (person, other) = (house.actor(&[]).await, house.actor(&[]).await);
    let wanted = async |actor, kind: NoticeKind, way: Way| {
        let reply: PreferencesReply = house
            .call(Some(actor), &route::NOTICE_PREFERENCES, &[], &Value::Null)
            .await
            .parse();
        assert_eq!(reply.preferences.len(), NoticeKind::ALL.len() * 2);
        let found = reply
            .preferences
            .into_iter()
            .find(|one| one.kind == kind.code() && one.way == way);
        found.unwrap().wanted
    };
    let set = async |kind: NoticeKind, way: Way, wanted: bool| {
        let body = json!({"preferences": [{"kind": kind, "way": way, "wanted": wanted}]});
        house
            .call(Some(&person), &route::SET_NOTICE_PREFERENCES, &[], &body)
            .await
            .code()
    };
    assert!(!wanted(&person, NoticeKind::AccessEnded, Way::Mail).await);
    assert!(wanted(&person, NoticeKind::AccessEnded, Way::Desktop).await);
    assert_eq!(set(NoticeKind::AccessEnded, Way::Mail, true).await, "ok");
    assert!(wanted(&person, NoticeKind::AccessEnded, Way::Mail).await);
    assert!(!wanted(&other, NoticeKind::AccessEnded, Way::Mail).await);
    assert_eq!(set(NoticeKind::Emergency, Way::Mail, false).await, "bad_request");
    assert_eq!(
        set(NoticeKind::Emergency, Way::Desktop, false).await,
        "bad_request"
    );
    assert!(wanted(&person, NoticeKind::Emergency, Way::Mail).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_are_made_on_listed_hosts_and_ended_for_good() {
    let house = House::new().await;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let create = async |body: &Value| house.call(Some(&owner), &route::CREATE_WEBHOOK, &[], body).await;
    for url in [
        "https://evil.example/",
        "http://127.0.0.1:1/",
        "https://u:p@127.0.0.1:1/",
        "no url",
    ] {
        let refused = create(&webhook_body(url)).await;
        assert_eq!(refused.code(), "bad_request", "{url}");
    }
    let body = webhook_body("https://127.0.0.1:1/hook");
    assert_eq!(create(&body).await.code(), "ok");
    assert_eq!(create(&body).await.code(), "ok", "a repeated call makes one");
    let mut other = body.clone();
    other["name"] = json!("Another");
    assert_eq!(create(&other).await.code(), "conflict");
    let list = async || -> WebhooksReply {
        house
            .call(Some(&owner), &route::WEBHOOKS, &[], &Value::Null)
            .await
            .parse()
    };
    let listed = list().await;
    assert_eq!(listed.webhooks.len(), 1);
    assert!(listed.public_key.unwrap().starts_with("whpk_"));
    let id = listed.webhooks[0].id;
    let tested = house
        .call(Some(&owner), &route::TEST_WEBHOOK, &[&id], &Value::Null)
        .await;
    assert_eq!(
        tested.json()["taken"],
        false,
        "the address is loopback and not listed"
    );
    // The key lives through a change of the generation that wraps it.
    let before = list().await.public_key;
    crate::generations::begin(&house).await;
    assert_eq!(list().await.public_key, before);
    for _ in 0..2 {
        let ended = house
            .call(Some(&owner), &route::END_WEBHOOK, &[&id], &Value::Null)
            .await;
        assert_eq!(ended.code(), "ok");
    }
    assert_eq!(list().await.webhooks.len(), 0);
    assert_eq!(create(&body).await.code(), "conflict", "an ended one stays ended");
}
