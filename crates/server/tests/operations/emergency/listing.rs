//! What is listed: nothing that waits for a review is hidden by what is newer, and a sync brings only what is new.

use super::*;
use claviger_protocol::{
    emergency::{DrawsReply, MOST_RIGHTS, PAGE, RightsReply},
    sync::SyncReply,
};
use std::collections::BTreeSet;

async fn sync(house: &House, by: &Actor, mark: &Value) -> SyncReply {
    let body = json!({"cursor": 0, "emergency": mark});
    house.call(Some(by), &route::SYNC, &[], &body).await.parse()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_draw_that_nobody_reviewed_stands_before_newer_ones_and_pages_have_all() {
    let house = House::new().await;
    let places = house.places;
    let lead = house.actor(&[(roles::LEAD, places.payments)]).await;
    let mut expected = BTreeSet::new();
    let (_, oldest) = over(&house, places.production).await;
    expected.insert(oldest);
    house.clock.advance(Duration::from_secs(1));
    let reviewed = PAGE as usize + 5;
    for number in 0..reviewed {
        let (_, draw) = over(&house, places.production).await;
        expected.insert(draw);
        house.clock.advance(Duration::from_secs(1));
        if number == 0 {
            // One elsewhere is neither seen nor counted.
            over(&house, places.root).await;
        }
        assert_eq!(house.review(&lead, draw).await.code(), "ok");
    }
    let drawer = house.actor(&[]).await;
    let right = house.give_right(&lead, &drawer, places.staging).await;
    let open = house.drawn(&drawer, right, 3600).await.id;
    expected.insert(open);

    let first = house.emergency(&lead).await;
    assert_eq!(first.draws.len(), PAGE as usize);
    assert_eq!((first.draws[0].id, first.draws[1].id), (open, oldest));
    assert!(first.draws[1].may_review);
    let mut found: Vec<DrawId> = first.draws.iter().map(|draw| draw.id).collect();
    let mut next = first.next;
    while let Some(after) = next {
        let call = json!({"after": after, "limit": 3});
        let page: DrawsReply = house
            .call(Some(&lead), &route::EMERGENCY_DRAWS, &[], &call)
            .await
            .parse();
        assert!(page.draws.len() <= 3 && !page.principals.is_empty());
        found.extend(page.draws.iter().map(|draw| draw.id));
        next = page.next;
    }
    assert_eq!(found.len(), expected.len(), "each once");
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected);
    // The drawer sees their own, whatever there is besides.
    let own: Vec<_> = house.emergency(&drawer).await.draws;
    assert_eq!(own.iter().map(|draw| draw.id).collect::<Vec<_>>(), [open]);
}

/// Rights of others that end one after the other, in one transaction.
async fn rights_of_others(house: &House, many: u32) {
    let someone = house.actor(&[]).await.principal;
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    for number in 1..=many {
        let right = EmergencyRight {
            id: EmergencyId::random(&SystemEntropy),
            principal: someone,
            role: roles::READER,
            scope: house.places.production,
            reason: "on call".to_owned(),
            given_by: someone,
            given_at: now,
            ends_at: now.plus(HOUR * 24 + Duration::from_secs(number.into())),
            ended: None,
        };
        locked.insert_emergency_right(&right).await.unwrap();
    }
    locked.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_right_of_others_stands_on_one_page_and_ones_own_on_the_first() {
    let house = House::new().await;
    let production = house.places.production;
    let lead = house.actor(&[(roles::LEAD, production)]).await;
    // One's own stands among them and counts for none of them.
    let own = right_of(&house, lead.principal, production).await;
    rights_of_others(&house, MOST_RIGHTS).await;
    let all = house.emergency(&lead).await;
    assert_eq!(all.rights.len(), MOST_RIGHTS as usize + 1);
    assert_eq!(all.next_rights, None);
    // As many again, each of which ends together with one of the first.
    rights_of_others(&house, MOST_RIGHTS).await;
    rights_of_others(&house, 1).await;
    let first = house.emergency(&lead).await;
    assert_eq!(first.rights.len(), MOST_RIGHTS as usize + 1);
    assert_eq!(first.rights.iter().filter(|right| right.id == own).count(), 1);
    let mut found: Vec<_> = first.rights.iter().map(|right| right.id).collect();
    let mut after = first.next_rights;
    let mut pages = 1;
    while let Some(place) = after {
        let call = json!({ "after": place });
        let page: RightsReply = house
            .call(Some(&lead), &route::EMERGENCY_RIGHTS, &[], &call)
            .await
            .parse();
        assert!(page.rights.len() <= MOST_RIGHTS as usize);
        found.extend(page.rights.iter().map(|right| right.id));
        assert!(page.rights.iter().all(|right| {
            page.principals.iter().any(|named| named.id == right.principal) && right.reason.is_some()
        }));
        (after, pages) = (page.next, pages + 1);
    }
    assert_eq!(pages, 3);
    let count = found.len();
    found.sort_unstable();
    found.dedup();
    assert_eq!(
        (found.len(), count),
        (2 * MOST_RIGHTS as usize + 2, 2 * MOST_RIGHTS as usize + 2)
    );
    // Whoever sees none but their own is told of no others, wherever they say that a page goes on.
    let holder = house.actor(&[]).await;
    let theirs = right_of(&house, holder.principal, production).await;
    let mine = house.emergency(&holder).await;
    assert_eq!(
        mine.rights.iter().map(|right| right.id).collect::<Vec<_>>(),
        [theirs]
    );
    assert_eq!(mine.next_rights, None);
    for call in [json!({}), json!({ "after": first.next_rights })] {
        let page: RightsReply = house
            .call(Some(&holder), &route::EMERGENCY_RIGHTS, &[], &call)
            .await
            .parse();
        assert_eq!((page.rights, page.next), (vec![], None));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_brings_emergency_access_only_when_it_may_look_different() {
    let house = House::new().await;
    let production = house.places.production;
    let secret = house.secret(production, "KEY", b"x").await;
    let lead = house.actor(&[(roles::LEAD, production)]).await;
    let holder = house.actor(&[]).await;
    let mut marks = Vec::new();
    for who in [&lead, &holder] {
        let first = sync(&house, who, &Value::Null).await.emergency.unwrap();
        assert_eq!(first.told, EmergencyReply::default());
        marks.push(json!(first.mark));
    }
    assert_ne!(marks[0], marks[1]);
    // What has nothing to do with it brings nothing.
    house.secret(production, "OTHER", b"y").await;
    for (who, mark) in [&lead, &holder].into_iter().zip(&marks) {
        assert!(sync(&house, who, mark).await.emergency.is_none());
    }
    let mut changed = async |who: &Actor, at: usize, what: &str| -> EmergencyReply {
        let news = sync(&house, who, &marks[at]).await.emergency;
        let news = news.unwrap_or_else(|| panic!("nothing was said of {what}"));
        marks[at] = json!(news.mark);
        assert!(sync(&house, who, &marks[at]).await.emergency.is_none());
        news.told
    };
    let right = house.give_right(&lead, &holder, production).await;
    assert_eq!(changed(&holder, 1, "a right").await.rights[0].id, right);
    changed(&lead, 0, "a right").await;
    let drawn = house.drawn(&holder, right, 600).await;
    assert_eq!(changed(&lead, 0, "a draw").await.draws[0].id, drawn.id);
    assert_eq!(house.read(&holder, secret, "reveal").await, "ok");
    assert_eq!(changed(&lead, 0, "a read").await.draws[0].reads.len(), 1);
    house.clock.advance(HOUR / 4);
    claviger_server::jobs::sweep(&house.app).await;
    changed(&lead, 0, "its end").await;
    assert_eq!(house.review(&lead, drawn.id).await.code(), "ok");
    assert!(changed(&lead, 0, "a review").await.draws[0].review.is_some());
    // What one may not see any more goes, too.
    let mut locked = house.app.store.locked().await.unwrap();
    let held = locked.grant_history(lead.principal, 1).await.unwrap().remove(0);
    let end = claviger_model::grant::Ended {
        at: locked.now(),
        by: holder.principal,
        reason: "moved on".to_owned(),
    };
    locked.end_grant(held.id, &end).await.unwrap();
    locked.commit().await.unwrap();
    assert_eq!(changed(&lead, 0, "less to see").await.draws, []);
}
