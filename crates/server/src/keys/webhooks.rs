//! The keys that sign posts to webhooks: the newest one, and for a while those that it followed, so that receivers have time to learn
//! it (Standard Webhooks takes several signatures).

use claviger_crypto::signing::ServerKey;
use claviger_model::{ids::KeyId, time::Timestamp};
use std::time::Duration;

/// How long a key that was followed by another one still signs, too.
pub const OVERLAP: Duration = Duration::from_secs(14 * 24 * 3600);

/// One of them.
pub struct WebhookKey {
    /// Its id.
    pub id: KeyId,
    /// Counted from 1.
    pub number: u32,
    /// Since when it signs.
    pub made_at: Timestamp,
    /// Signs.
    pub key: ServerKey,
}

/// All that were not destroyed.
#[derive(Default)]
pub struct WebhookKeys(Vec<WebhookKey>);

impl WebhookKeys {
    /// Puts them in order, the newest first.
    pub fn new(mut keys: Vec<WebhookKey>) -> Self {
        keys.sort_by_key(|key| std::cmp::Reverse(key.number));
        Self(keys)
    }

    /// The newest; none before the first webhook.
    pub fn newest(&self) -> Option<&WebhookKey> {
        self.0.first()
    }

    /// All that are there, with the moment until which each signs; the newest first, and without an end.
    pub fn all(&self) -> impl Iterator<Item = (&WebhookKey, Option<Timestamp>)> {
        let followers = self.0.iter().map(|key| Some(key.made_at.plus(OVERLAP)));
        self.0.iter().zip(std::iter::once(None).chain(followers))
    }

    /// Those that sign at a moment.
    pub fn signing(&self, now: Timestamp) -> Vec<&ServerKey> {
        let live = self
            .all()
            .filter(|(_, until)| until.is_none_or(|until| now < until));
        live.map(|(key, _)| &key.key).collect()
    }

    /// Those whose time is over.
    pub fn over(&self, now: Timestamp) -> Vec<KeyId> {
        let over = self
            .all()
            .filter(|(_, until)| until.is_some_and(|until| now >= until));
        over.map(|(key, _)| key.id).collect()
    }
}
