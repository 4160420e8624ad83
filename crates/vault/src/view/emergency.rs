//! Emergency access as the page sees it.

use super::{list::SecretRef, state::PersonRef};
use serde::{Deserialize, Serialize};
use specta::Type;

/// What one holds, and what one may look at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EmergencyView {
    /// Rights that have not ended.
    pub rights: Vec<EmergencyRight>,
    /// For further rights of others, which end later than those here.
    pub next_rights: Option<String>,
    /// The first draws: those that last, then those that wait for a review, the oldest of them first, then the reviewed ones of 90 days.
    pub draws: Vec<EmergencyDraw>,
    /// For more of them.
    pub next: Option<String>,
}

/// Further rights of others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EmergencyRights {
    /// Those that end first come first.
    pub rights: Vec<EmergencyRight>,
    /// For more of them.
    pub next: Option<String>,
}

/// Further draws.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EmergencyDraws {
    /// In the order of [`EmergencyView::draws`].
    pub draws: Vec<EmergencyDraw>,
    /// For more of them.
    pub next: Option<String>,
}

/// A right to emergency access.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EmergencyRight {
    /// Its id.
    pub id: String,
    /// Whose.
    pub person: PersonRef,
    /// Whether it is one's own.
    pub own: bool,
    /// What can be drawn.
    pub role: String,
    /// Where.
    pub place: String,
    /// The place's path.
    pub path: String,
    /// Why it was given, where one may see that.
    pub reason: Option<String>,
    /// By whom.
    pub given_by: Option<PersonRef>,
    /// When.
    pub given_at: i64,
    /// When it ends by itself.
    pub ends_at: i64,
    /// Whether one may end it.
    pub may_end: bool,
}

/// A draw of emergency access.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EmergencyDraw {
    /// Its id.
    pub id: String,
    /// Of which right.
    pub right: String,
    /// Ending it gives the access back.
    pub grant: String,
    /// Who drew.
    pub person: PersonRef,
    /// Whether oneself did.
    pub own: bool,
    /// What.
    pub role: String,
    /// Where.
    pub place: String,
    /// The place's path.
    pub path: String,
    /// Why.
    pub reason: String,
    /// When.
    pub drawn_at: i64,
    /// When it is or was over.
    pub over_at: i64,
    /// Until when it has to be reviewed.
    pub review_due: i64,
    /// How often the same person had drawn in the day before.
    pub again: u32,
    /// The values that were read under it.
    pub reads: Vec<EmergencyRead>,
    /// What somebody else says of it.
    pub review: Option<EmergencyReview>,
    /// Whether one may end it now.
    pub may_end: bool,
    /// Whether one may review it, once it is over.
    pub may_review: bool,
}

/// A value that was read in an emergency; a rotation is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EmergencyRead {
    /// Of which secret.
    pub secret: SecretRef,
    /// When first.
    pub at: i64,
}

/// A review.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EmergencyReview {
    /// By whom.
    pub by: PersonRef,
    /// When.
    pub at: i64,
    /// What they found.
    pub verdict: EmergencyVerdict,
    /// In words.
    pub words: String,
}

/// What a review found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum EmergencyVerdict {
    /// The emergency was one.
    Justified,
    /// It was none, or more was read than it needed.
    NotJustified,
}

/// A right to be given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GiveEmergency {
    /// To whom.
    pub person: String,
    /// What can be drawn.
    pub role: String,
    /// Where.
    pub place: String,
    /// Until when.
    pub ends_at: i64,
}
