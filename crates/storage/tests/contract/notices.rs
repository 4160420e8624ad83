use crate::ground::Ground;
use claviger_model::{
    event::EventKind,
    ids::{NoticeId, PrincipalId, RequestId, WebhookId},
    notice::{About, NoticeKind, Way},
    time::Timestamp,
};
use claviger_storage::notices::{
    Attempted, Channel, DeliveryState, Mark, Notice, Preference, Settled, Telling,
};
use std::time::Duration;

contract!(
    a_stretch_is_told_once_and_by_one_process_only,
    deliveries_are_claimed_once_and_come_again_until_somebody_says_what_came_of_them,
    what_is_answered_is_read_and_no_mail_about_it_leaves,
    notices_are_paged_and_read_by_their_own_person_only,
    preferences_are_each_persons_own,
    what_is_old_goes_with_its_deliveries,
    events_are_found_by_kind_and_only_what_was_done,
);

fn notice(ground: &Ground, person: PrincipalId, kind: NoticeKind) -> Notice {
    Notice {
        id: NoticeId::random(&ground.entropy),
        person,
        kind,
        at: ground.now(),
        about: About {
            request: Some(RequestId::random(&ground.entropy)),
            ..About::default()
        },
        read_at: None,
    }
}

async fn mark(ground: &Ground) -> Mark {
    ground.store.reader().await.unwrap().notice_mark().await.unwrap()
}

async fn tell(ground: &Ground, notices: Vec<Notice>, channels: Vec<(NoticeId, Channel)>) -> bool {
    let from = mark(ground).await;
    let to = Mark {
        looked_at: from.looked_at.plus(Duration::from_millis(1)),
        ..from
    };
    tell_between(ground, (from, to), notices, channels, Vec::new()).await
}

async fn tell_between(
    ground: &Ground,
    (from, to): (Mark, Mark),
    notices: Vec<Notice>,
    channels: Vec<(NoticeId, Channel)>,
    settled: Vec<Settled>,
) -> bool {
    let telling = Telling {
        from,
        to,
        notices,
        channels,
        settled,
        due: Vec::new(),
    };
    let mut desk = ground.store.notice_desk().await.unwrap();
    let told = desk.tell(&telling).await.unwrap();
    desk.commit().await.unwrap();
    told
}

async fn a_stretch_is_told_once_and_by_one_process_only(ground: Ground) {
    let one = notice(&ground, ground.ada, NoticeKind::AccessEndsSoon);
    let from = mark(&ground).await;
    let to = Mark {
        next_index: from.next_index + 3,
        looked_at: ground.now(),
    };
    assert!(tell_between(&ground, (from, to), vec![one.clone()], Vec::new(), Vec::new()).await);
    assert_eq!(mark(&ground).await, to);
    let other = notice(&ground, ground.ada, NoticeKind::AccessEnded);
    assert!(!tell_between(&ground, (from, to), vec![other.clone()], Vec::new(), Vec::new()).await);
    let mut reader = ground.store.reader().await.unwrap();
    assert_eq!(reader.notice(one.id).await.unwrap(), Some(one.clone()));
    assert_eq!(reader.notice(other.id).await.unwrap(), None);
    // What was told before stays as it is, be it read.
    let mut desk = ground.store.notice_desk().await.unwrap();
    assert_eq!(
        desk.read_notices(ground.ada, &[one.id], ground.now())
            .await
            .unwrap(),
        1
    );
    desk.commit().await.unwrap();
    assert!(tell(&ground, vec![one.clone()], vec![(one.id, Channel::Mail)]).await);
    let kept = ground
        .store
        .reader()
        .await
        .unwrap()
        .notice(one.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(kept.read_at, Some(ground.now()));
    // A dropped desk keeps nothing.
    let mut desk = ground.store.notice_desk().await.unwrap();
    desk.read_notices(ground.ada, &[one.id], ground.now())
        .await
        .unwrap();
    drop(desk);
}

async fn deliveries_are_claimed_once_and_come_again_until_somebody_says_what_came_of_them(ground: Ground) {
    let webhook = Channel::Webhook(WebhookId::random(&ground.entropy));
    let one = notice(&ground, ground.ada, NoticeKind::RequestWaits);
    assert!(
        tell(
            &ground,
            vec![one.clone()],
            vec![(one.id, Channel::Mail), (one.id, webhook)]
        )
        .await
    );
    let (now, again) = (ground.now(), ground.now().plus(Duration::from_secs(60)));
    let mut reader = ground.store.reader().await.unwrap();
    assert_eq!(reader.next_delivery().await.unwrap(), Some(one.at));
    let claim = async |now: Timestamp| {
        let mut desk = ground.store.notice_desk().await.unwrap();
        let mut claimed = desk.claim_deliveries(webhook, now, again, 10).await.unwrap();
        assert!(claimed.iter().all(|one| one.channel == webhook), "its own only");
        claimed.extend(
            desk.claim_deliveries(Channel::Mail, now, again, 10)
                .await
                .unwrap(),
        );
        desk.commit().await.unwrap();
        claimed
    };
    let mut due = reader.channels_due(now).await.unwrap();
    due.sort_unstable();
    assert_eq!(due, [Channel::Mail, webhook]);
    let first = claim(now).await;
    assert_eq!(first.len(), 2);
    assert!(
        first
            .iter()
            .all(|one| one.attempts == 1 && one.state == DeliveryState::Waiting)
    );
    assert_eq!(claim(now).await, Vec::new(), "another process finds nothing");
    assert_eq!(reader.channels_due(now).await.unwrap(), []);
    assert_eq!(claim(again).await.len(), 2, "nobody said what came of it");

    let ended = |channel, state| Attempted {
        notice: one.id,
        channel,
        state,
        next_at: again,
        at: now,
        said: "in a few words".to_owned(),
    };
    let mut desk = ground.store.notice_desk().await.unwrap();
    desk.attempted(&ended(Channel::Mail, DeliveryState::Sent))
        .await
        .unwrap();
    desk.attempted(&ended(webhook, DeliveryState::GivenUp))
        .await
        .unwrap();
    desk.commit().await.unwrap();
    assert_eq!(claim(again.plus(Duration::from_secs(9_999))).await, Vec::new());
    assert_eq!(reader.next_delivery().await.unwrap(), None);
    let last = reader.last_delivery(webhook).await.unwrap().unwrap();
    assert_eq!((last.said.as_str(), last.attempts), ("in a few words", 2));
    let given_up = reader.deliveries_given_up(9).await.unwrap();
    assert_eq!(
        given_up.iter().map(|one| one.channel).collect::<Vec<_>>(),
        [webhook]
    );
    assert_eq!(reader.channel_counts(webhook).await.unwrap().given_up, 1);
    assert_eq!(reader.channel_counts(Channel::Mail).await.unwrap().waiting, 0);
}

async fn what_is_answered_is_read_and_no_mail_about_it_leaves(ground: Ground) {
    let webhook = Channel::Webhook(WebhookId::random(&ground.entropy));
    let waits = notice(&ground, ground.ada, NoticeKind::RequestWaits);
    let told = Notice {
        id: NoticeId::random(&ground.entropy),
        kind: NoticeKind::RequestApproved,
        ..waits.clone()
    };
    let other = notice(&ground, ground.ada, NoticeKind::RequestWaits);
    let channels = [&waits, &told, &other]
        .iter()
        .flat_map(|one| [(one.id, Channel::Mail), (one.id, webhook)])
        .collect();
    assert!(
        tell(
            &ground,
            vec![waits.clone(), told.clone(), other.clone()],
            channels
        )
        .await
    );
    let settled = |person| Settled {
        matter: waits.about.matter().unwrap(),
        person,
        only: None,
        at: ground.now(),
    };
    let settle = async |settled| {
        let from = mark(&ground).await;
        let to = Mark {
            next_index: from.next_index + 1,
            ..from
        };
        assert!(tell_between(&ground, (from, to), Vec::new(), Vec::new(), vec![settled]).await);
    };
    settle(settled(Some(PrincipalId::random(&ground.entropy)))).await;
    let mut reader = ground.store.reader().await.unwrap();
    assert_eq!(
        reader.unread_notices(ground.ada).await.unwrap(),
        3,
        "somebody else did their part"
    );
    let only = Some(NoticeKind::RotationWaits);
    settle(Settled {
        only,
        ..settled(None)
    })
    .await;
    assert_eq!(
        reader.unread_notices(ground.ada).await.unwrap(),
        3,
        "another kind"
    );
    settle(settled(None)).await;
    let unread = reader.notices_of(ground.ada, None, true, 9).await.unwrap();
    let mut unread: Vec<_> = unread.iter().map(|one| one.id).collect();
    unread.sort();
    let mut expected = vec![told.id, other.id];
    expected.sort();
    assert_eq!(unread, expected);
    let mut desk = ground.store.notice_desk().await.unwrap();
    let mut left = Vec::new();
    for channel in [Channel::Mail, webhook] {
        left.extend(
            desk.claim_deliveries(channel, ground.now(), ground.now(), 99)
                .await
                .unwrap(),
        );
    }
    desk.commit().await.unwrap();
    let of = |id| {
        left.iter()
            .filter(|one| one.notice.id == id)
            .map(|one| one.channel)
            .collect::<Vec<_>>()
    };
    assert_eq!(of(waits.id), [webhook]);
    assert_eq!((of(told.id).len(), of(other.id).len()), (2, 2));
}

async fn notices_are_paged_and_read_by_their_own_person_only(ground: Ground) {
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(notice(&ground, ground.ada, NoticeKind::AccessGiven));
    }
    let ids: Vec<_> = made.iter().map(|one| one.id).collect();
    assert!(tell(&ground, made.clone(), Vec::new()).await);
    let mut reader = ground.store.reader().await.unwrap();
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let page = reader.notices_of(ground.ada, before, false, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some((last.at, last.id));
        seen.extend(page.into_iter().map(|one| one.id));
    }
    let mut sorted = ids.clone();
    sorted.sort();
    sorted.reverse();
    assert_eq!(seen, sorted);
    let before = made[0].at.minus(Duration::from_millis(1));
    let since = reader.notices_since(before, 9).await.unwrap();
    assert_eq!(since.len(), 5);
    assert!(
        since
            .iter()
            .all(|(id, person)| ids.contains(id) && *person == ground.ada)
    );
    assert_eq!(reader.notices_since(made[0].at, 9).await.unwrap(), []);
    let stranger = PrincipalId::random(&ground.entropy);
    assert_eq!(
        reader.notices_of(stranger, None, false, 9).await.unwrap(),
        Vec::new()
    );
    let mut desk = ground.store.notice_desk().await.unwrap();
    let now = ground.now();
    assert_eq!(desk.read_notices(stranger, &ids, now).await.unwrap(), 0);
    assert_eq!(desk.read_notices(ground.ada, &ids[..2], now).await.unwrap(), 2);
    assert_eq!(
        desk.read_notices(ground.ada, &ids[..2], now).await.unwrap(),
        0,
        "once"
    );
    assert_eq!(desk.read_notices_until(stranger, now, now).await.unwrap(), 0);
    let before = now.minus(Duration::from_millis(1));
    assert_eq!(desk.read_notices_until(ground.ada, before, now).await.unwrap(), 0);
    assert_eq!(desk.read_notices_until(ground.ada, now, now).await.unwrap(), 3);
    desk.commit().await.unwrap();
    assert_eq!(reader.unread_notices(ground.ada).await.unwrap(), 0);
}

async fn preferences_are_each_persons_own(ground: Ground) {
    let preference = |wanted| Preference {
        person: ground.ada,
        kind: NoticeKind::AccessEnded,
        way: Way::Mail,
        wanted,
    };
    for wanted in [true, false] {
        let mut desk = ground.store.notice_desk().await.unwrap();
        desk.prefer(preference(wanted)).await.unwrap();
        desk.commit().await.unwrap();
        let mut reader = ground.store.reader().await.unwrap();
        assert_eq!(
            reader.notice_preferences(&[ground.ada]).await.unwrap(),
            [preference(wanted)]
        );
        let stranger = PrincipalId::random(&ground.entropy);
        assert_eq!(reader.notice_preferences(&[stranger]).await.unwrap(), Vec::new());
    }
}

async fn what_is_old_goes_with_its_deliveries(ground: Ground) {
    let one = notice(&ground, ground.ada, NoticeKind::AccessGiven);
    assert!(tell(&ground, vec![one.clone()], vec![(one.id, Channel::Mail)]).await);
    let forget = async |before| {
        let mut desk = ground.store.notice_desk().await.unwrap();
        let gone = desk.forget_notices(before).await.unwrap();
        desk.commit().await.unwrap();
        gone
    };
    assert_eq!(forget(one.at).await, 0);
    assert_eq!(forget(one.at.plus(Duration::from_millis(1))).await, 1);
    let mut reader = ground.store.reader().await.unwrap();
    assert_eq!(reader.next_delivery().await.unwrap(), None);
}

async fn events_are_found_by_kind_and_only_what_was_done(ground: Ground) {
    let draft = ground.draft(&[ground.ada]);
    let kind = draft.kind;
    let mut refused = ground.draft(&[ground.ada]);
    refused.outcome = claviger_storage::log::Outcome::Refused;
    ground.append(vec![draft, refused]).await;
    let mut reader = ground.store.reader().await.unwrap();
    let head = reader.committed_head().await.unwrap().next_index;
    let found = reader.done_events(0, head, &[kind]).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(
        reader
            .done_events(found[0].index + 1, head, &[kind])
            .await
            .unwrap(),
        Vec::new()
    );
    assert_eq!(
        reader
            .done_events(0, head, &[EventKind::JournalDoubted])
            .await
            .unwrap(),
        Vec::new()
    );
}
