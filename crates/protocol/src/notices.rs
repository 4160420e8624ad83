//! Notices, what each person wants of them, and webhooks.

use claviger_model::{
    ids::{NoticeId, PrincipalId, WebhookId},
    name::Name,
    notice::{About, NoticeKind, Way},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// The most notices of one page.
pub const PAGE: usize = 100;
/// The most notices that one call marks as read.
pub const MOST_READ: usize = 500;
/// The longest URL of a webhook, in bytes.
pub const MAX_URL: usize = 1_000;
/// The most webhooks of an organization.
pub const MOST_WEBHOOKS: usize = 20;

/// `POST /v1/notices/list`: one's own, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticesCall {
    /// Those before this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<NoticeId>,
    /// Only those that are not read.
    #[serde(default)]
    pub unread: bool,
}

/// A page of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticesReply {
    /// Newest first.
    pub notices: Vec<NoticeRecord>,
    /// How many are not read, on all pages.
    pub unread: u64,
    /// Whether another page follows.
    pub more: bool,
}

/// A notice with the names that its reader may know now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeRecord {
    /// Its id.
    pub id: NoticeId,
    /// What it says.
    pub kind: String,
    /// When it happened or fell due.
    pub at: Timestamp,
    /// When it was read or settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Timestamp>,
    /// About what.
    pub about: About,
    /// The place's path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The role's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The secret's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// The service identity's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Whom it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// Who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// `POST /v1/notices/read`: marks one's own as read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum ReadNotices {
    /// These.
    These(Vec<NoticeId>),
    /// All that are not newer than a moment.
    Until(Timestamp),
}

/// What is unread after that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnreadReply {
    /// How many.
    pub unread: u64,
}

/// `GET /v1/notices/preferences`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreferencesReply {
    /// Every kind by every way.
    pub preferences: Vec<PreferenceRecord>,
    /// Where mail goes; none without an address that the provider verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Whether this server sends mail at all.
    pub mail: bool,
}

/// One kind by one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreferenceRecord {
    /// The kind.
    pub kind: String,
    /// The way.
    pub way: Way,
    /// Whether it goes this way.
    pub wanted: bool,
    /// Nobody can switch it off.
    pub always: bool,
}

/// `PUT /v1/notices/preferences`: for oneself; the others stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetPreferences {
    /// What changes.
    pub preferences: Vec<SetPreference>,
}

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetPreference {
    /// The kind.
    pub kind: NoticeKind,
    /// The way.
    pub way: Way,
    /// Whether it goes this way.
    pub wanted: bool,
}

/// `POST /v1/webhooks`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateWebhook {
    /// Chosen by the caller, so that a repeated call makes one webhook.
    pub id: WebhookId,
    /// As people call it.
    pub name: Name,
    /// Where to post; on the configuration's list.
    pub url: String,
    /// Which kinds.
    pub kinds: Vec<NoticeKind>,
}

/// `GET /v1/webhooks`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhooksReply {
    /// Those that were not ended, oldest first.
    pub webhooks: Vec<WebhookRecord>,
    /// The public half of the key that signs, `whpk_` and base64 (Standard Webhooks); none before the first webhook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key: Option<String>,
    /// All keys that sign, the newest first: each post has a signature by each of them.
    #[serde(default)]
    pub keys: Vec<WebhookKeyRecord>,
    /// Hosts that the configuration lists.
    pub allowed: Vec<String>,
    /// Every kind that there is.
    pub kinds: Vec<String>,
    /// The newest deliveries that were given up, mail included.
    pub given_up: Vec<GivenUpRecord>,
}

/// A key that signs posts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookKeyRecord {
    /// Counted from 1.
    pub number: u32,
    /// The public half, as receivers take it.
    pub public: String,
    /// Since when it signs.
    pub made_at: Timestamp,
    /// Until when, once another one follows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// `POST /v1/webhooks/key`: another key signs from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotateWebhookKey {
    /// The newest key's number, so that a repeated call makes one.
    pub replaces: u32,
    /// All older ones end at once, as when one got into wrong hands; else they sign, too, for 14 days.
    #[serde(default)]
    pub at_once: bool,
}

/// One webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookRecord {
    /// Its id.
    pub id: WebhookId,
    /// As people call it.
    pub name: String,
    /// Where to post.
    pub url: String,
    /// Which kinds.
    pub kinds: Vec<String>,
    /// Who made it.
    pub made_by: PrincipalId,
    /// When.
    pub made_at: Timestamp,
    /// How the last attempt went; none before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<LastAttempt>,
    /// How many notices wait for it.
    pub waiting: u64,
    /// How many were given up.
    pub given_up: u64,
}

/// The end of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastAttempt {
    /// When.
    pub at: Timestamp,
    /// Whether it was taken.
    pub taken: bool,
    /// In a few words.
    pub said: String,
}

/// A delivery that was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenUpRecord {
    /// Which kind of notice.
    pub kind: String,
    /// By which webhook; none for mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook: Option<WebhookId>,
    /// Since when.
    pub at: Timestamp,
    /// How the last attempt went.
    pub said: String,
}

/// `POST /v1/webhooks/{webhook}/test`: how it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestReply {
    /// Whether it was taken.
    pub taken: bool,
    /// In a few words.
    pub said: String,
}
