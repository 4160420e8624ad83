use crate::ground::Ground;
use claviger_model::{ids::WebhookId, name::Name, notice::NoticeKind};
use claviger_storage::{
    Conflict, StorageError,
    webhooks::{Webhook, WebhookEnded},
};

contract!(a_webhook_reads_back_and_is_ended_once);

async fn a_webhook_reads_back_and_is_ended_once(ground: Ground) {
    let webhook = Webhook {
        id: WebhookId::random(&ground.entropy),
        name: Name::parse("Chat").unwrap(),
        url: "https://chat.example/hooks/1".to_owned(),
        kinds: vec![NoticeKind::Emergency, NoticeKind::RequestWaits],
        made_by: ground.ada,
        made_at: ground.now(),
        ended: None,
    };
    let mut locked = ground.locked().await;
    locked.insert_webhook(&webhook).await.unwrap();
    assert_eq!(locked.webhooks().await.unwrap(), std::slice::from_ref(&webhook));
    let ended = WebhookEnded {
        at: ground.now(),
        by: ground.ada,
    };
    locked.end_webhook(webhook.id, ended).await.unwrap();
    assert_eq!(locked.webhooks().await.unwrap(), []);
    let kept = locked.webhook(webhook.id).await.unwrap().unwrap();
    assert_eq!(kept.ended, Some(ended));
    let again = locked.end_webhook(webhook.id, ended).await.unwrap_err();
    assert!(
        matches!(again, StorageError::Conflict(Conflict::Changed)),
        "{again:?}"
    );
}
