//! A row of the list.

use super::{due, names};
use crate::{
    state::book::{Book, SecretEntry},
    view::list::{RowTag, SecretRow},
};
use claviger_model::{action::Action, ids::SecretId, time::Timestamp};
use claviger_protocol::requests::{RequestState, Want};
use std::collections::HashSet;

/// What rows need beyond the book, found once for many rows.
pub(super) struct Rows<'a> {
    book: &'a Book,
    now: Timestamp,
    requested: HashSet<SecretId>,
}

impl<'a> Rows<'a> {
    /// Looks once through the requests.
    pub(super) fn new(book: &'a Book, now: Timestamp) -> Self {
        let open = book.requests.values().filter(|request| request.state == RequestState::Open);
        let requested = open.map(|request| match request.want {
            Want::Rotation { secret } => secret,
        });
        Self { book, now, requested: requested.collect() }
    }

    /// The row of a secret.
    pub(super) fn row(&self, secret: &SecretEntry) -> SecretRow {
        SecretRow {
            reference: names::reference(self.book, secret),
            kind: names::kind(secret.kind),
            last_used_at: self.used_at(secret.id).map(Timestamp::millis),
            tag: self.tag(secret),
            known_only: false,
        }
    }

    /// When the person last used it on this device.
    pub(super) fn used_at(&self, secret: SecretId) -> Option<Timestamp> {
        self.book.marks.get(&secret).and_then(|mark| mark.used_at)
    }

    /// At most one tag, the most urgent.
    fn tag(&self, secret: &SecretEntry) -> Option<RowTag> {
        let may = |action| self.book.places.allows(secret.scope, action);
        if let Some(at) = due::soon(secret.expires_at, self.now) {
            return Some(RowTag::Expires { at: at.millis() });
        }
        if self.requested.contains(&secret.id) {
            return Some(RowTag::Requested);
        }
        if let Some(at) = due::soon(due::rotate_by(secret), self.now) {
            return Some(RowTag::Due { at: at.millis() });
        }
        match (may(Action::SecretUse), may(Action::SecretReveal)) {
            (true, false) => Some(RowTag::UseOnly),
            _ => None,
        }
    }
}
