//! What was found to be told.

use claviger_crypto::bytes::sha256;
use claviger_model::{
    connected::SystemName,
    ids::{NoticeId, PrincipalId, SecretId},
    notice::{About, NoticeKind},
    time::Timestamp,
};
use claviger_storage::notices::{Mark, Notice, Settled, Telling};
use std::collections::{BTreeMap, BTreeSet};

/// Notices, each once, and what is settled.
#[derive(Debug, Default)]
pub struct Found {
    notices: BTreeMap<NoticeId, Notice>,
    settled: Vec<Settled>,
    due: Vec<(SecretId, u64)>,
    heard: BTreeSet<SystemName>,
}

/// Something to be told, before it is known to whom.
#[derive(Debug, Clone)]
pub struct News {
    /// What.
    pub kind: NoticeKind,
    /// When it happened or fell due.
    pub at: Timestamp,
    /// About what.
    pub about: About,
    /// What makes it another one than the last of this kind: an event's id, or what falls due when.
    pub source: Vec<u8>,
}

impl Found {
    /// Tells somebody; not of what they did themselves.
    pub fn tell(&mut self, news: &News, person: PrincipalId) {
        if news.about.by == Some(person) {
            return;
        }
        let id = id(news, person);
        self.notices.entry(id).or_insert_with(|| Notice {
            id,
            person,
            kind: news.kind,
            at: news.at,
            about: news.about.clone(),
            read_at: None,
        });
    }

    /// Tells several.
    pub fn tell_all(&mut self, news: &News, people: impl IntoIterator<Item = PrincipalId>) {
        for person in people {
            self.tell(news, person);
        }
    }

    /// Something that waited was answered.
    pub fn settle(&mut self, settled: Settled) {
        self.settled.push(settled);
    }

    /// A version of a secret is told to be due for a new one; never again.
    pub fn due(&mut self, secret: SecretId, version: u64) {
        self.due.push((secret, version));
    }

    /// A connected system answers again; whether that was not found yet.
    pub fn hears_again(&mut self, system: &SystemName) -> bool {
        self.heard.insert(system.clone())
    }

    /// Adds what was found elsewhere.
    pub fn extend(&mut self, other: Self) {
        self.notices.extend(other.notices);
        self.settled.extend(other.settled);
        self.due.extend(other.due);
        self.heard.extend(other.heard);
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.notices.is_empty() && self.settled.is_empty() && self.due.is_empty()
    }

    /// All of it, as what tells a stretch by no channel.
    pub fn telling(self, from: Mark, to: Mark) -> Telling {
        Telling {
            from,
            to,
            notices: self.notices.into_values().collect(),
            channels: Vec::new(),
            settled: self.settled,
            due: self.due,
        }
    }
}

/// What asks for an answer is told a person once for each matter, reminders apart; everything else once for its source.
fn id(news: &News, person: PrincipalId) -> NoticeId {
    let matter = news
        .about
        .matter()
        .filter(|_| news.kind.waits() && !news.kind.reminds());
    let source = matter.map_or_else(|| news.source.clone(), |matter| matter.to_vec());
    let mut bytes = Vec::new();
    for field in [
        b"claviger-notice-v1".as_slice(),
        news.kind.code().as_bytes(),
        person.as_bytes(),
        &source,
    ] {
        bytes.extend_from_slice(&u32::try_from(field.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend_from_slice(field);
    }
    let mut id = [0; 16];
    for (to, from) in id.iter_mut().zip(sha256(&bytes)) {
        *to = from;
    }
    NoticeId::from_bytes(id)
}
