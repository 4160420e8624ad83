use crate::ground::Ground;
use claviger_model::{
    builtin_roles::{self, READER},
    conditions::Conditions,
    emergency::{EmergencyDraw, EmergencyRight, Review, Verdict},
    grant::{Ended, Grant},
    ids::{DrawId, EmergencyId, GrantId, PrincipalId, RequestId, SecretId},
    time::Timestamp,
};
use claviger_storage::{
    Conflict, Locked, StorageError,
    emergency::{DrawPlace, DrawsPage, EmergencyRead, RightsPage},
};
use std::time::Duration;

contract!(
    a_right_reads_back_until_it_ends,
    a_draw_closes_with_its_grant_and_is_reviewed_once,
    a_draw_that_ends_by_itself_is_found_until_it_was_seen_to,
    those_that_last_come_first_then_what_waits_and_no_page_hides_any,
);

fn right(ground: &Ground) -> EmergencyRight {
    EmergencyRight {
        id: EmergencyId::random(&ground.entropy),
        principal: ground.ada,
        role: READER,
        scope: ground.production,
        reason: "on call".to_owned(),
        given_by: ground.ada,
        given_at: ground.now(),
        ends_at: ground.later(3600),
        ended: None,
    }
}

async fn drawn(ground: &Ground, locked: &mut dyn Locked) -> EmergencyDraw {
    drawn_at(ground, locked, ground.now()).await
}

async fn drawn_at(ground: &Ground, locked: &mut dyn Locked, at: Timestamp) -> EmergencyDraw {
    let right = right(ground);
    locked.insert_emergency_right(&right).await.unwrap();
    let conditions = Conditions {
        emergency: true,
        ..Conditions::default()
    };
    let grant = Grant {
        id: GrantId::random(&ground.entropy),
        principal: ground.ada,
        role: READER,
        scope: ground.production,
        reason: "it burns".to_owned(),
        granted_by: ground.ada,
        granted_at: ground.now(),
        not_before: None,
        expires_at: Some(ground.later(600)),
        conditions: conditions.into(),
        ended: None,
    };
    locked.insert_grant(&grant).await.unwrap();
    assert!(
        locked
            .grant(grant.id)
            .await
            .unwrap()
            .unwrap()
            .conditions
            .is_emergency()
    );
    let draw = EmergencyDraw {
        id: DrawId::random(&ground.entropy),
        right: right.id,
        grant: grant.id,
        principal: ground.ada,
        role: READER,
        scope: ground.production,
        reason: "it burns".to_owned(),
        drawn_at: at,
        ends_at: ground.later(600),
        closed_at: None,
        again: 0,
        review: None,
    };
    locked.insert_emergency_draw(&draw).await.unwrap();
    draw
}

/// The transaction, with the roles that rights name.
async fn begun(ground: &Ground) -> Box<dyn Locked> {
    let mut locked = ground.locked().await;
    for role in builtin_roles::all() {
        locked.put_role(&role).await.unwrap();
    }
    locked
}

fn is_changed(error: &StorageError) -> bool {
    matches!(error, StorageError::Conflict(Conflict::Changed))
}

async fn a_right_reads_back_until_it_ends(ground: Ground) {
    let mut locked = begun(&ground).await;
    let right = right(&ground);
    locked.insert_emergency_right(&right).await.unwrap();
    assert_eq!(
        locked.emergency_right(right.id).await.unwrap(),
        Some(right.clone())
    );
    let (now, later) = (ground.now(), ground.later(3600));
    assert_eq!(
        locked.emergency_rights_of(ground.ada, now).await.unwrap(),
        std::slice::from_ref(&right)
    );
    assert_eq!(locked.emergency_rights_of(ground.ada, later).await.unwrap(), []);
    let there = [ground.production];
    let page = RightsPage {
        but: PrincipalId::random(&ground.entropy),
        scopes: &there,
        now,
        after: None,
        limit: 5,
    };
    assert_eq!(
        locked.emergency_rights_at(page).await.unwrap(),
        std::slice::from_ref(&right)
    );
    let elsewhere = [ground.payments];
    for nothing in [
        RightsPage {
            scopes: &elsewhere,
            ..page
        },
        RightsPage {
            but: ground.ada,
            ..page
        },
        RightsPage {
            after: Some((right.ends_at, right.id)),
            ..page
        },
        RightsPage { now: later, ..page },
    ] {
        assert_eq!(
            locked.emergency_rights_at(nothing).await.unwrap(),
            [],
            "{nothing:?}"
        );
    }
    let end = Ended {
        at: now,
        by: ground.ada,
        reason: "moved on".to_owned(),
    };
    locked.end_emergency_right(right.id, &end).await.unwrap();
    let ended = locked.emergency_right(right.id).await.unwrap().unwrap();
    assert_eq!(ended.ended, Some(end.clone()));
    assert_eq!(locked.emergency_rights_of(ground.ada, now).await.unwrap(), []);
    assert!(is_changed(
        &locked.end_emergency_right(right.id, &end).await.unwrap_err()
    ));
}

async fn a_draw_closes_with_its_grant_and_is_reviewed_once(ground: Ground) {
    let mut locked = begun(&ground).await;
    let draw = drawn(&ground, &mut *locked).await;
    assert_eq!(locked.emergency_draw(draw.id).await.unwrap(), Some(draw.clone()));
    assert_eq!(
        locked.emergency_draw_of(draw.grant).await.unwrap(),
        Some(draw.clone())
    );
    let now = ground.now();
    assert_eq!(
        locked.emergency_draws_open(draw.right, now).await.unwrap(),
        std::slice::from_ref(&draw)
    );
    let read = EmergencyRead {
        draw: draw.id,
        secret: SecretId::random(&ground.entropy),
        at: now,
        request: RequestId::random(&ground.entropy),
    };
    locked.insert_emergency_read(&read).await.unwrap();
    let again = EmergencyRead {
        request: RequestId::random(&ground.entropy),
        ..read
    };
    locked.insert_emergency_read(&again).await.unwrap();
    assert_eq!(locked.emergency_reads(&[draw.id]).await.unwrap(), [read]);

    locked.shorten_grant(draw.grant, ground.later(300)).await.unwrap();
    let shortened = locked.emergency_draw(draw.id).await.unwrap().unwrap();
    assert_eq!(shortened.ends_at, ground.later(300));
    let end = Ended {
        at: now,
        by: ground.ada,
        reason: "done".to_owned(),
    };
    locked.end_grant(draw.grant, &end).await.unwrap();
    assert_eq!(locked.emergency_draws_open(draw.right, now).await.unwrap(), []);
    let closed = locked.emergency_draw(draw.id).await.unwrap().unwrap();
    assert_eq!((closed.closed_at, closed.over_at()), (Some(now), now));
    assert!(
        !locked.close_emergency_draw(draw.grant, now).await.unwrap(),
        "once"
    );
    let review = Review {
        by: ground.ada,
        at: now,
        verdict: Verdict::NotJustified,
        words: "Straße".to_owned(),
    };
    locked.review_emergency_draw(draw.id, &review).await.unwrap();
    let reviewed = locked.emergency_draw(draw.id).await.unwrap().unwrap();
    assert_eq!(reviewed.review, Some(review.clone()));
    assert!(is_changed(
        &locked.review_emergency_draw(draw.id, &review).await.unwrap_err()
    ));
    let anywhere = page(&ground, now, None);
    assert_eq!(locked.emergency_draws(anywhere).await.unwrap().len(), 1);
    let later = page(&ground, ground.later(1), None);
    assert_eq!(locked.emergency_draws(later).await.unwrap(), []);
}

/// A page of two of Ada's own, and of those in production.
fn page(ground: &Ground, since: Timestamp, after: Option<DrawPlace>) -> DrawsPage<'_> {
    DrawsPage {
        principal: ground.ada,
        scopes: &[],
        now: ground.now(),
        since,
        after,
        limit: 2,
    }
}

async fn those_that_last_come_first_then_what_waits_and_no_page_hides_any(ground: Ground) {
    let mut locked = begun(&ground).await;
    let now = ground.now();
    let before = locked.emergency_changes().await.unwrap();
    let review = |at| Review {
        by: ground.ada,
        at,
        verdict: Verdict::Justified,
        words: "fine".to_owned(),
    };
    let mut expected = Vec::new();
    // Two that last, three that wait, two that were reviewed: in the order in which they have to come.
    for (part, age) in [(0, 90), (0, 60), (1, 900), (1, 800), (1, 700), (2, 300), (2, 400)] {
        let at = now.minus(Duration::from_secs(age));
        let draw = drawn_at(&ground, &mut *locked, at).await;
        if part > 0 {
            locked.close_emergency_draw(draw.grant, now).await.unwrap();
        }
        if part == 2 {
            locked.review_emergency_draw(draw.id, &review(now)).await.unwrap();
        }
        expected.push(draw.id);
    }
    assert!(locked.emergency_changes().await.unwrap() > before);
    let since = now.minus(Duration::from_secs(1000));
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let rows = locked.emergency_draws(page(&ground, since, after)).await.unwrap();
        let Some(last) = rows.last() else { break };
        after = Some(DrawPlace::of(last, now));
        found.extend(rows.iter().map(|draw| draw.id));
    }
    assert_eq!(found, expected);
    let day = now.minus(Duration::from_secs(750));
    assert_eq!(locked.emergency_draws_since(ground.ada, day).await.unwrap(), 5);
    let unreviewed = locked
        .emergency_draws_unreviewed(now.minus(Duration::from_secs(850)), now, 2)
        .await
        .unwrap();
    let ids: Vec<_> = unreviewed.iter().map(|draw| draw.id).collect();
    assert_eq!(ids, [expected[3], expected[4]]);
}

async fn a_draw_that_ends_by_itself_is_found_until_it_was_seen_to(ground: Ground) {
    let mut locked = begun(&ground).await;
    let draw = drawn(&ground, &mut *locked).await;
    assert_eq!(
        locked.emergency_draws_over(ground.later(599), 5).await.unwrap(),
        []
    );
    let over = ground.later(600);
    assert_eq!(
        locked.emergency_draws_over(over, 5).await.unwrap(),
        std::slice::from_ref(&draw)
    );
    // Not reviewed, it stays in the list however old it is.
    let late = page(&ground, ground.later(9_999), None);
    assert_eq!(
        locked.emergency_draws(late).await.unwrap(),
        std::slice::from_ref(&draw)
    );
    assert!(locked.close_emergency_draw(draw.grant, over).await.unwrap());
    assert_eq!(locked.emergency_draws_over(over, 5).await.unwrap(), []);
    let twice = locked.insert_emergency_draw(&draw).await.unwrap_err();
    assert!(matches!(twice, StorageError::Conflict(_)), "{twice:?}");
}
