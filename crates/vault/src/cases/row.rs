//! A row of the list.

use super::{due, names};
use crate::{
    state::book::{Book, SecretEntry},
    view::list::{RowTag, SecretRow},
};
use claviger_model::{
    action::Action,
    ids::{ScopeId, SecretId},
    time::Timestamp,
};
use claviger_protocol::requests::{RequestState, Want};
use std::{collections::HashSet, time::Duration};

/// So long before its end an access is worth a word.
const ENDING: Duration = Duration::from_secs(3 * 24 * 3600);

/// What rows need beyond the book, found once for many rows.
pub(super) struct Rows<'a> {
    book: &'a Book,
    now: Timestamp,
    requested: HashSet<SecretId>,
}

impl<'a> Rows<'a> {
    /// Looks once through the requests.
    pub(super) fn new(book: &'a Book, now: Timestamp) -> Self {
        let open = book
            .requests
            .values()
            .filter(|request| request.state == RequestState::Open);
        let requested = open.filter_map(|request| match request.want {
            Want::Rotation { secret } => Some(secret),
            Want::Access { .. } => None,
        });
        Self {
            book,
            now,
            requested: requested.collect(),
        }
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
        if let Some(at) = due::soon(secret.expires_at, self.now) {
            return Some(RowTag::Expires { at: at.millis() });
        }
        if self.requested.contains(&secret.id) {
            return Some(RowTag::Requested);
        }
        if let Some(at) = due::soon(due::rotate_by(secret), self.now) {
            return Some(RowTag::Due { at: at.millis() });
        }
        if let Some(at) = self.access_ends(secret.scope) {
            return Some(RowTag::AccessEnds { at: at.millis() });
        }
        if self.only_seen(secret) {
            return Some(RowTag::Ask);
        }
        (!self.may(secret, Action::SecretReveal)).then_some(RowTag::UseOnly)
    }

    /// Whether the person sees that it is there, and may neither use nor reveal it.
    pub(super) fn only_seen(&self, secret: &SecretEntry) -> bool {
        !self.may(secret, Action::SecretUse) && !self.may(secret, Action::SecretReveal)
    }

    fn may(&self, secret: &SecretEntry, action: Action) -> bool {
        self.book.places.allows(secret.scope, action)
    }

    /// When the last grant that reaches a place ends; none where that is far away, or one has no end.
    fn access_ends(&self, place: ScopeId) -> Option<Timestamp> {
        let grants = &self.book.entitlement.as_ref()?.grants;
        let reaching = grants
            .iter()
            .filter(|grant| grant.active_at(self.now) && self.book.places.is_within(place, grant.scope));
        let ends: Option<Vec<Timestamp>> = reaching.map(|grant| grant.expires_at).collect();
        ends?
            .into_iter()
            .max()
            .filter(|end| *end <= self.now.plus(ENDING))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::testing::{Sample, at};

    const DAY: i64 = 24 * 3600 * 1000;

    fn tag(sample: &Sample, secret: SecretId) -> Option<RowTag> {
        let entry = sample.book.secrets.get(&secret)?;
        Rows::new(&sample.book, at(0)).row(entry).tag
    }

    #[test]
    fn the_most_urgent_thing_is_said() {
        let mut sample = Sample::new();
        let secret = sample.secret("KEY", "shop/prod");
        assert_eq!(tag(&sample, secret), None);
        sample.grant(sample.me, "shop/prod", Some(DAY));
        assert_eq!(tag(&sample, secret), Some(RowTag::AccessEnds { at: DAY }));
        sample.change(secret, |record| {
            record.secret.description.rotate_after_days = Some(10)
        });
        assert_eq!(tag(&sample, secret), Some(RowTag::Due { at: 10 * DAY }));
        sample.request(secret, sample.mara, 1, RequestState::Open);
        assert_eq!(tag(&sample, secret), Some(RowTag::Requested));
        sample.change(secret, |record| {
            record.secret.description.expires_at = Some(at(9 * DAY))
        });
        assert_eq!(tag(&sample, secret), Some(RowTag::Expires { at: 9 * DAY }));
    }

    #[test]
    fn what_lies_far_ahead_is_not_said() {
        let mut sample = Sample::new();
        let secret = sample.secret("KEY", "shop/prod");
        sample.change(secret, |record| {
            record.secret.description.rotate_after_days = Some(15);
            record.secret.description.expires_at = Some(at(15 * DAY));
        });
        sample.grant(sample.me, "shop/prod", Some(DAY));
        sample.grant(sample.team, "shop", None);
        assert_eq!(tag(&sample, secret), None, "another grant goes on");
        let use_only = sample.secret("KEY", "shop/dev");
        assert_eq!(tag(&sample, use_only), Some(RowTag::UseOnly));
        let only_seen = sample.secret("KEY", "bank/prod");
        assert_eq!(tag(&sample, only_seen), Some(RowTag::Ask));
    }
}
