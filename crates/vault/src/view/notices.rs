//! Notices, what the person wants of them, webhooks, and where a link leads.

use super::state::PersonRef;
use serde::{Deserialize, Serialize};
use specta::Type;

/// A page of notices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NoticesView {
    /// Newest first.
    pub notices: Vec<NoticeView>,
    /// How many are not read, on all pages.
    pub unread: u32,
    /// Whether another page follows.
    pub more: bool,
}

/// One notice, with the names that the person may know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NoticeView {
    /// Its id.
    pub id: String,
    /// What it says; the page has the words.
    pub kind: String,
    /// When.
    pub at: i64,
    /// Whether it was read or settled.
    pub read: bool,
    /// The path of the place.
    pub path: Option<String>,
    /// The role.
    pub role: Option<String>,
    /// The secret's name.
    pub secret: Option<String>,
    /// The service identity's name.
    pub service: Option<String>,
    /// Whom it concerns, where that is not the reader alone.
    pub of: Option<String>,
    /// Whether that is the reader.
    pub own: bool,
    /// Of how many things it speaks, where that is not one.
    pub count: Option<u32>,
    /// Who did it.
    pub by: Option<String>,
    /// The connected system.
    pub system: Option<String>,
    /// When what it is about ends.
    pub ends_at: Option<i64>,
    /// Where it leads.
    pub leads: Option<LinkView>,
}

/// What a link or a notice leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LinkView {
    /// What.
    pub what: LinkTarget,
    /// Which.
    pub id: String,
}

/// What a link can open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum LinkTarget {
    /// A request.
    Request,
    /// A secret.
    Secret,
    /// A place.
    Place,
    /// A proposed change.
    Proposal,
    /// An offboarding case.
    Case,
    /// A service identity.
    Service,
    /// A draw of emergency access, or a right to it.
    Emergency,
    /// A notice.
    Notice,
}

/// What the person wants of notices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NoticePreferences {
    /// Each kind.
    pub kinds: Vec<NoticePreference>,
    /// Where mail goes; null without an address that the provider verified.
    pub address: Option<String>,
    /// Whether the server sends mail at all.
    pub mail: bool,
}

/// One kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NoticePreference {
    /// The kind.
    pub kind: String,
    /// On the desktop.
    pub desktop: bool,
    /// By mail.
    pub mail: bool,
    /// Nobody can switch it off.
    pub always: bool,
}

/// A way of telling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum NoticeWay {
    /// On the desktop.
    Desktop,
    /// By mail.
    Mail,
}

/// A key that signs posts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WebhookKeyView {
    /// Counted from 1.
    pub number: u32,
    /// The public half, as receivers take it.
    pub public: String,
    /// Since when it signs.
    pub made_at: i64,
    /// Until when, once another one follows it.
    pub until: Option<i64>,
}

/// Where notices are posted to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WebhooksView {
    /// Oldest first.
    pub webhooks: Vec<WebhookView>,
    /// The keys that sign, the newest first; none before the first webhook.
    pub keys: Vec<WebhookKeyView>,
    /// Hosts that the server's configuration lists.
    pub allowed: Vec<String>,
    /// Every kind of notice.
    pub kinds: Vec<String>,
    /// The newest deliveries that were given up.
    pub given_up: Vec<GivenUpView>,
}

/// One webhook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WebhookView {
    /// Its id.
    pub id: String,
    /// As people call it.
    pub name: String,
    /// Where to post.
    pub url: String,
    /// Which kinds.
    pub kinds: Vec<String>,
    /// Who made it.
    pub made_by: PersonRef,
    /// When.
    pub made_at: i64,
    /// When it was last tried.
    pub last_at: Option<i64>,
    /// Whether that was taken.
    pub last_taken: bool,
    /// How it went, in a few words.
    pub last_said: Option<String>,
    /// How many notices wait for it.
    pub waiting: u32,
    /// How many were given up.
    pub given_up: u32,
}

/// A delivery that was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GivenUpView {
    /// Which kind of notice.
    pub kind: String,
    /// By which webhook; null for mail.
    pub webhook: Option<String>,
    /// When.
    pub at: i64,
    /// How the last attempt went.
    pub said: String,
}

/// A webhook to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WebhookDraft {
    /// As people call it.
    pub name: String,
    /// Where to post.
    pub url: String,
    /// Which kinds.
    pub kinds: Vec<String>,
}

/// How a test went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WebhookTest {
    /// Whether it was taken.
    pub taken: bool,
    /// How it went, in a few words.
    pub said: String,
}
