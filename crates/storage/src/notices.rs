//! What people are told, and the outbox from which it leaves the server.
//!
//! Notices are derived from the log and from the clock; [`NoticeDesk::tell`] writes them with their deliveries and moves the mark in one
//! transaction, so that nothing is told that did not happen, and nothing that happened stays untold. None of it is under the
//! log's lock.

use crate::Result;
use async_trait::async_trait;
use claviger_model::{
    event::EventKind,
    grant::Grant,
    ids::{NoticeId, PrincipalId, ScopeId, SecretId, WebhookId},
    notice::{About, NoticeKind, Way},
    time::Timestamp,
};
use std::{fmt, str::FromStr};

use crate::{requests::Request, services::ServiceKey};

/// How far the log and the time were looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The first event that was not looked at.
    pub next_index: u64,
    /// What fell due until then was looked at.
    pub looked_at: Timestamp,
}

/// One notice to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its id, by which it is told once.
    pub id: NoticeId,
    /// To whom.
    pub person: PrincipalId,
    /// What it says.
    pub kind: NoticeKind,
    /// When it happened or fell due.
    pub at: Timestamp,
    /// About what.
    pub about: About,
    /// When it was read, or settled.
    pub read_at: Option<Timestamp>,
}

/// A way out of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// E-mail to the person.
    Mail,
    /// To a webhook of the organization.
    Webhook(WebhookId),
}

/// A text that names no channel.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a channel")]
pub struct UnknownChannel(String);

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeliveryState {
    /// To be tried, perhaps again.
    Waiting,
    /// The other side took it.
    Sent,
    /// Tried too often.
    GivenUp,
}

/// One notice on one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// What.
    pub notice: Notice,
    /// By which channel.
    pub channel: Channel,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was tried, a running attempt included.
    pub attempts: u32,
    /// When it is tried next.
    pub next_at: Timestamp,
    /// When the last attempt ended.
    pub tried_at: Option<Timestamp>,
    /// What came of it, in a few words of ours.
    pub said: String,
}

/// The end of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempted {
    /// Of which notice.
    pub notice: NoticeId,
    /// By which channel.
    pub channel: Channel,
    /// Where it stands now.
    pub state: DeliveryState,
    /// When it is tried next.
    pub next_at: Timestamp,
    /// When.
    pub at: Timestamp,
    /// What came of it.
    pub said: String,
}

/// Something that waited was answered: notices that ask for the answer are settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// The request or proposal.
    pub matter: [u8; 16],
    /// For one person only, who did their part.
    pub person: Option<PrincipalId>,
    /// Notices of one kind only.
    pub only: Option<NoticeKind>,
    /// When.
    pub at: Timestamp,
}

/// A stretch of the log and of time, and what is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    /// Where it begins.
    pub from: Mark,
    /// Where it ends.
    pub to: Mark,
    /// What is told; what was told before is left as it is.
    pub notices: Vec<Notice>,
    /// By which channels each goes out.
    pub channels: Vec<(NoticeId, Channel)>,
    /// What is settled.
    pub settled: Vec<Settled>,
    /// Versions that are told to be due for a new one.
    pub due: Vec<(SecretId, u64)>,
}

/// A secret that is due for a new version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueSecret {
    /// Which.
    pub id: SecretId,
    /// Where.
    pub scope: ScopeId,
    /// Who looks after it.
    pub owner: Option<PrincipalId>,
    /// Which version is due.
    pub version: u64,
}

/// An event of the log, as it is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldEvent {
    /// Its place in the log.
    pub index: u64,
    /// Its leaf, verbatim.
    pub leaf: Vec<u8>,
}

/// That somebody wants a kind by a way, or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preference {
    /// Who.
    pub person: PrincipalId,
    /// Which kind.
    pub kind: NoticeKind,
    /// By which way.
    pub way: Way,
    /// Whether.
    pub wanted: bool,
}

/// How the last attempts by a channel went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ChannelCounts {
    /// To be tried.
    pub waiting: u64,
    /// Given up and kept.
    pub given_up: u64,
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mail => f.write_str("mail"),
            Self::Webhook(id) => write!(f, "webhook:{id}"),
        }
    }
}

impl FromStr for Channel {
    type Err = UnknownChannel;
    fn from_str(text: &str) -> Result<Self, UnknownChannel> {
        match text.strip_prefix("webhook:") {
            Some(id) => id.parse().map(Self::Webhook).map_err(|_| ()),
            None if text == "mail" => Ok(Self::Mail),
            None => Err(()),
        }
        .map_err(|()| UnknownChannel(text.chars().take(64).collect()))
    }
}

/// Reads of notices.
#[async_trait]
pub trait NoticeReads {
    /// How far the log and the time were looked at.
    async fn notice_mark(&mut self) -> Result<Mark>;
    /// What was done, of these kinds, from one index up to another one, which is not included.
    async fn done_events(&mut self, from: u64, to: u64, kinds: &[EventKind]) -> Result<Vec<ToldEvent>>;
    /// Grants that were not ended and whose expiry lies after one moment and not after another, the earliest first.
    async fn grants_expiring(&mut self, after: Timestamp, until: Timestamp, limit: u32)
    -> Result<Vec<Grant>>;
    /// Open requests (rotations or not) that were asked after one moment and not after another, the oldest first.
    async fn requests_waiting(
        &mut self,
        rotations: bool,
        after: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Request>>;
    /// Keys that were not ended and whose end lies after one moment and not after another, the earliest first.
    async fn service_keys_expiring(
        &mut self,
        after: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<ServiceKey>>;
    /// Secrets whose newest version is older than it may be and was not told as such, in the order of their ids, after one.
    async fn secrets_due(
        &mut self,
        now: Timestamp,
        after: Option<SecretId>,
        limit: u32,
    ) -> Result<Vec<DueSecret>>;
    /// One notice.
    async fn notice(&mut self, id: NoticeId) -> Result<Option<Notice>>;
    /// Somebody's, newest first, before the given one.
    async fn notices_of(
        &mut self,
        person: PrincipalId,
        before: Option<(Timestamp, NoticeId)>,
        unread_only: bool,
        limit: u32,
    ) -> Result<Vec<Notice>>;
    /// Notices of after a moment, with their people, the oldest first.
    async fn notices_since(&mut self, after: Timestamp, limit: u32) -> Result<Vec<(NoticeId, PrincipalId)>>;
    /// How many somebody has not read.
    async fn unread_notices(&mut self, person: PrincipalId) -> Result<u64>;
    /// What these people said about kinds and ways.
    async fn notice_preferences(&mut self, people: &[PrincipalId]) -> Result<Vec<Preference>>;
    /// When the next delivery is due.
    async fn next_delivery(&mut self) -> Result<Option<Timestamp>>;
    /// The channels by which something is due.
    async fn channels_due(&mut self, now: Timestamp) -> Result<Vec<Channel>>;
    /// The newest deliveries that were given up.
    async fn deliveries_given_up(&mut self, limit: u32) -> Result<Vec<Delivery>>;
    /// The newest attempt by a channel.
    async fn last_delivery(&mut self, channel: Channel) -> Result<Option<Delivery>>;
    /// How many wait and were given up.
    async fn channel_counts(&mut self, channel: Channel) -> Result<ChannelCounts>;
}

/// Writes of notices, in one transaction outside the log's lock; dropping it rolls back.
#[async_trait]
pub trait NoticeDesk: Send {
    /// Tells a stretch and moves the mark; false when another process was first, and nothing is told.
    async fn tell(&mut self, telling: &Telling) -> Result<bool>;
    /// Takes deliveries by a channel that are due, the earliest first, and makes them due again at `again`, should nobody say what
    /// came of them.
    async fn claim_deliveries(
        &mut self,
        channel: Channel,
        now: Timestamp,
        again: Timestamp,
        limit: u32,
    ) -> Result<Vec<Delivery>>;
    /// Says what came of an attempt; nothing when it is not waiting any more.
    async fn attempted(&mut self, attempted: &Attempted) -> Result<()>;
    /// Marks some of somebody's notices as read; how many were not.
    async fn read_notices(&mut self, person: PrincipalId, ids: &[NoticeId], at: Timestamp) -> Result<u64>;
    /// Marks all of somebody's notices as read that are not newer than a moment; how many were not.
    async fn read_notices_until(
        &mut self,
        person: PrincipalId,
        until: Timestamp,
        at: Timestamp,
    ) -> Result<u64>;
    /// Remembers what somebody wants.
    async fn prefer(&mut self, preference: Preference) -> Result<()>;
    /// Deletes notices and what became of them from before a moment; how many.
    async fn forget_notices(&mut self, before: Timestamp) -> Result<u64>;
    /// Commits.
    async fn commit(self: Box<Self>) -> Result<()>;
}
