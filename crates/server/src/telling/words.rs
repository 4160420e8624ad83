//! What leaves the server in words: a plain sentence for each kind, with no name of anything and nobody's.

use claviger_model::{
    ids::OrganizationId,
    notice::{About, NoticeKind},
    time::Timestamp,
};
use claviger_protocol::link::{Link, Target};
use claviger_storage::notices::Notice;

/// The sentence of a mail.
pub fn sentence(notice: &Notice) -> String {
    let said = match notice.kind {
        NoticeKind::RequestWaits => "Somebody asked for something that you can give.",
        NoticeKind::RequestApproved => "What you asked for was approved as you asked for it.",
        NoticeKind::RequestNarrowed => "What you asked for was approved for less than you asked for.",
        NoticeKind::RequestRefused => "What you asked for was refused; the request says why.",
        NoticeKind::RequestLapsed => "Nobody answered it in time. If you still need it, ask anew.",
        NoticeKind::RequestDone => "The secret has a new value.",
        NoticeKind::RotationWaits => "Somebody asked for a new value of a secret that you look after.",
        NoticeKind::RotationOverdue => {
            "A new value was asked for a week ago, and the secret still has the old one."
        }
        NoticeKind::RotationDue => "They are older than they may be, and you look after them.",
        NoticeKind::AccessGiven => "Somebody gave you access to a place.",
        NoticeKind::AccessEndsSoon => "If you still need it after that, ask for an extension in time.",
        NoticeKind::AccessEnded => "Its time was over. If you still need it, ask anew.",
        NoticeKind::AccessRevoked => "It does not count any more, and kept copies are destroyed.",
        NoticeKind::AccessShortened => "Somebody gave it an earlier end.",
        NoticeKind::AccessNarrowed => {
            "You keep a part of it; what you may not read any more is destroyed on your devices."
        }
        NoticeKind::ProposalWaits => "Another owner proposed a change that needs a second owner.",
        NoticeKind::ProposalAnswered => "Another owner approved or refused it.",
        NoticeKind::ServiceKeyEndsSoon => "The service needs a new one before that.",
        NoticeKind::Emergency => "Somebody used emergency access. Look at what was done with it.",
        NoticeKind::EmergencyAgain => {
            "Somebody who had used emergency access less than a day before used it again. Look at what was done with it."
        }
        NoticeKind::EmergencyGiven => {
            "It gives no access until it is used in an emergency, for an hour at most."
        }
        NoticeKind::EmergencyWithdrawn => "It cannot be used any more.",
        NoticeKind::EmergencyReviewDue => "You can review it. Somebody other than who used it has to.",
        NoticeKind::EmergencyReviewOverdue => "Nobody has reviewed it in 72 hours. You can.",
        NoticeKind::EmergencyReviewed => "Somebody else said what they think of it.",
    };
    match ends(notice) {
        Some(end) if notice.kind == NoticeKind::EmergencyReviewDue => {
            format!("{} until {end}. {said}", notice.kind.title())
        }
        Some(end) => format!("{}, at {end}. {said}", notice.kind.title()),
        None => format!("{}. {said}", notice.kind.title()),
    }
}

/// The end that a reminder is about, in UTC, since nobody knows in which zone a mail is read.
fn ends(notice: &Notice) -> Option<String> {
    let named = matches!(
        notice.kind,
        NoticeKind::AccessEndsSoon
            | NoticeKind::AccessShortened
            | NoticeKind::ServiceKeyEndsSoon
            | NoticeKind::EmergencyReviewDue
    );
    let end = notice.about.ends_at.filter(|_| named)?;
    let moment = jiff::Timestamp::from_millisecond(end.millis()).ok()?;
    Some(moment.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

/// RFC 3339.
pub fn rfc3339(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.millis()).map_or_else(|_| String::new(), |moment| moment.to_string())
}

/// Where a notice leads: to what it is about, or to itself.
pub fn link(organization: OrganizationId, notice: &Notice) -> Link {
    let About {
        request, proposal, ..
    } = notice.about;
    let target = match (request, proposal) {
        (Some(request), _) => Target::Request(request),
        (None, Some(proposal)) => Target::Proposal(proposal),
        (None, None) => Target::Notice(notice.id),
    };
    Link { organization, target }
}
