//! What people are told, when, by which ways, and that nothing of it is lost.

mod apart;
mod campaign;
mod due;
mod emergency;
mod events;
mod lists;
mod mail;
mod mail_apart;
mod offboarding;
mod post_office;
mod posts;
mod random;
mod receiver;
mod rotations;

use crate::house::{Actor, House};
use claviger_model::{
    builtin_roles::EDITOR,
    entropy::SystemEntropy,
    grant::Ended,
    ids::{ScopeId, WebhookId},
};
use claviger_protocol::{
    notices::{NoticeRecord, NoticesReply},
    route,
};
use serde_json::{Value, json};

/// A webhook for everything.
pub fn webhook_body(url: &str) -> Value {
    let kinds = claviger_model::notice::NoticeKind::ALL;
    json!({"id": WebhookId::random(&SystemEntropy), "name": "Chat", "url": url, "kinds": kinds})
}

/// Has an Owner make a webhook for everything.
pub async fn webhook(house: &House, owner: &Actor, url: &str) -> WebhookId {
    let body = webhook_body(url);
    let made = house.call(Some(owner), &route::CREATE_WEBHOOK, &[], &body).await;
    assert_eq!(made.code(), "ok", "{:?}", made.json());
    serde_json::from_value(body["id"].clone()).unwrap()
}

/// Whoever made secrets at these places may write them no more.
async fn makers_leave(house: &House, places: &[ScopeId]) {
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    for grant in locked.grants_of_roles(&[EDITOR], places, now, 500).await.unwrap() {
        let end = Ended {
            at: now,
            by: grant.principal,
            reason: "made them".to_owned(),
        };
        locked.end_grant(grant.id, &end).await.unwrap();
    }
    locked.commit().await.unwrap();
}

/// The kinds of what somebody was told, newest first, without a call of theirs.
async fn kinds_of(house: &House, who: &Actor) -> Vec<String> {
    house.catch_up().await;
    let mut reader = house.app.store.reader().await.unwrap();
    let told = reader.notices_of(who.principal, None, false, 500).await.unwrap();
    told.into_iter()
        .map(|notice| notice.kind.code().to_owned())
        .collect()
}

impl House {
    pub async fn catch_up(&self) {
        claviger_server::telling::catch_up(&self.app).await.unwrap();
    }

    /// Everything somebody was told, newest first.
    pub async fn told(&self, actor: &Actor) -> Vec<NoticeRecord> {
        self.catch_up().await;
        let reply: NoticesReply = self
            .call(Some(actor), &route::NOTICES, &[], &json!({}))
            .await
            .parse();
        assert!(!reply.more);
        reply.notices
    }

    /// The kinds of it, newest first, those of one moment by name.
    async fn kinds(&self, actor: &Actor) -> Vec<String> {
        let mut told = self.told(actor).await;
        told.sort_by(|a, b| (b.at, &a.kind).cmp(&(a.at, &b.kind)));
        told.into_iter().map(|notice| notice.kind).collect()
    }

    async fn unread(&self, actor: &Actor) -> Vec<String> {
        let told = self.told(actor).await;
        let unread = told.into_iter().filter(|notice| notice.read_at.is_none());
        unread.map(|notice| notice.kind).collect()
    }
}
