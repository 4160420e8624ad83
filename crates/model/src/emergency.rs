//! Emergency access (rule 14): a right that is given to one person beforehand, and drawn by them with a reason.

use crate::{
    action::Action,
    grant::Ended,
    ids::{DrawId, EmergencyId, GrantId, PrincipalId, RoleId, ScopeId},
    role::Role,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The longest time for which a right can be drawn at once.
pub const LONGEST_DRAW: Duration = Duration::from_secs(3600);
/// In which a draw has to be reviewed, from when it was drawn.
pub const REVIEW_WITHIN: Duration = Duration::from_secs(72 * 3600);
/// Within which another draw by the same person is told as such.
pub const AGAIN_WITHIN: Duration = Duration::from_secs(24 * 3600);
/// The longest time for which a right can be given.
pub const LONGEST_RIGHT: Duration = Duration::from_secs(366 * 24 * 3600);

/// Whether a role can be drawn in an emergency: it is about values, and has no power over anybody's access.
pub fn suits(role: &Role) -> bool {
    role.touches_values() && !role.actions.iter().copied().any(Action::is_authority)
}

/// A right to draw a role at a scope in an emergency. It decides nothing before it is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmergencyRight {
    /// Its id.
    pub id: EmergencyId,
    /// Whose: a person's.
    pub principal: PrincipalId,
    /// What can be drawn.
    pub role: RoleId,
    /// Where.
    pub scope: ScopeId,
    /// Why it was given.
    pub reason: String,
    /// By whom.
    pub given_by: PrincipalId,
    /// When.
    pub given_at: Timestamp,
    /// From when it cannot be drawn any more.
    pub ends_at: Timestamp,
    /// Ended before its time.
    pub ended: Option<Ended>,
}

impl EmergencyRight {
    /// Whether it can be drawn at this moment.
    pub fn lives_at(&self, now: Timestamp) -> bool {
        self.ended.is_none() && now < self.ends_at
    }
}

/// One draw of a right: the grant that it became, and its review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmergencyDraw {
    /// Its id.
    pub id: DrawId,
    /// Of which right.
    pub right: EmergencyId,
    /// The grant that decides while it lasts.
    pub grant: GrantId,
    /// Who drew.
    pub principal: PrincipalId,
    /// What.
    pub role: RoleId,
    /// Where.
    pub scope: ScopeId,
    /// Why.
    pub reason: String,
    /// When.
    pub drawn_at: Timestamp,
    /// When it ends by itself.
    pub ends_at: Timestamp,
    /// When what it gave was ordered away, whichever way it ended.
    pub closed_at: Option<Timestamp>,
    /// How often the same person had drawn within [`AGAIN_WITHIN`] before it.
    pub again: u32,
    /// What somebody else says of it.
    pub review: Option<Review>,
}

impl EmergencyDraw {
    /// When it was or will be over.
    pub fn over_at(&self) -> Timestamp {
        self.closed_at
            .map_or(self.ends_at, |closed| closed.min(self.ends_at))
    }

    /// Until when it has to be reviewed.
    pub fn review_due(&self) -> Timestamp {
        self.drawn_at.plus(REVIEW_WITHIN)
    }
}

/// A review of a draw, by somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Who.
    pub by: PrincipalId,
    /// When.
    pub at: Timestamp,
    /// What they found.
    pub verdict: Verdict,
    /// In words.
    pub words: String,
}

/// What a review found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The emergency was one.
    Justified,
    /// It was none, or more was read than it needed.
    NotJustified,
}
