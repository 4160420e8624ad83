//! An approval says what it was made over.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::tests::synced;
use crate::view::asking::ApproveAccess;
use claviger_model::{
    builtin_roles,
    ids::{PrincipalId, RequestId},
    time::Timestamp,
};
use claviger_protocol::{
    requests::{Course, May, RequestRecord, RequestState, Terms, Want},
    wire::Bytes,
};

fn digest(number: u8) -> Bytes {
    vec![number; 32].into()
}

/// Somebody asks to read; what it would give is known by this digest.
fn asked(sample: &super::testing::Sample, number: u8) -> RequestRecord {
    let scope = sample.scope("shop/prod");
    RequestRecord {
        id: RequestId::from_bytes([9; 16]),
        want: Want::Access {
            role: builtin_roles::READER,
            scope,
            secret: None,
            seconds: 600,
            extends: None,
        },
        reason: "on call".to_owned(),
        asked_by: PrincipalId::from_bytes([8; 16]),
        asked_at: Timestamp::from_millis(1),
        state: RequestState::Open,
        course: Course {
            terms: Some(Terms {
                role: builtin_roles::READER,
                role_name: "Reader".to_owned(),
                scope,
                path: "shop/prod".to_owned(),
                seconds: 600,
                begins_at: None,
                digest: digest(number),
            }),
            may: vec![May::Approve, May::Refuse],
            ..Course::default()
        },
    }
}

#[tokio::test]
async fn what_changed_since_it_was_shown_is_looked_at_again_and_not_approved() {
    let (device, vault, _, sample) = synced().await;
    let shown = asked(&sample, 1);
    let id = shown.id.to_string();
    vault.inner.learn_request(shown).await;
    device.server.told().requests = vec![asked(&sample, 2)];
    let stale = vault.approve_request(&id, ApproveAccess::default()).await;
    assert_eq!(stale.unwrap_err().code, "planStale");
    // By now the person sees what it is.
    vault
        .approve_request(&id, ApproveAccess::default())
        .await
        .unwrap();
    assert_eq!(device.server.told().approved, [Some(digest(1)), Some(digest(2))]);
}

#[tokio::test]
async fn an_approval_is_made_over_the_evidence_that_was_looked_at_last() {
    let (device, vault, _, sample) = synced().await;
    let listed = asked(&sample, 1);
    let id = listed.id.to_string();
    vault.inner.learn_request(listed).await;
    device.server.told().requests = vec![asked(&sample, 2)];
    vault.request_evidence(&id).await.unwrap();
    vault
        .approve_request(&id, ApproveAccess::default())
        .await
        .unwrap();
    assert_eq!(device.server.told().approved, [Some(digest(2))]);
}
