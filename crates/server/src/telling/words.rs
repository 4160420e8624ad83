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
        // After an emergency, and when somebody leaves, the server itself asks.
        NoticeKind::RequestWaits if notice.about.by.is_none() => {
            "A new value of a secret is asked for, and you can approve that."
        }
        NoticeKind::RequestWaits => "Somebody asked for something that you can give.",
        NoticeKind::RequestApproved => "What you asked for was approved as you asked for it.",
        NoticeKind::RequestNarrowed => "What you asked for was approved for less than you asked for.",
        NoticeKind::RequestRefused => "What you asked for was refused; the request says why.",
        NoticeKind::RequestLapsed => "Nobody answered it in time. If you still need it, ask anew.",
        NoticeKind::RequestDone => "The secret has a new value.",
        NoticeKind::RotationWaits if notice.about.by.is_none() => {
            "A secret that you look after needs a new value."
        }
        NoticeKind::RotationWaits => "Somebody asked for a new value of a secret that you look after.",
        NoticeKind::RotationOverdue => {
            "A new value was asked for a week ago, and the secret still has the old one."
        }
        NoticeKind::RotationDue => "They are older than they may be, and you look after them.",
        NoticeKind::RotationNeeded => "Somebody who held their values may not have them any more.",
        NoticeKind::RotationDueSoon => "You answer for them, and they still have the old values.",
        NoticeKind::RotationPastDue => "They still have the old values, and you answer for them.",
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
        NoticeKind::CaseBraked => {
            "Nothing more happens until somebody other than who opened it has looked. You can let it go on, or call it off."
        }
        NoticeKind::CaseFailing => {
            "It is tried again by itself, and the other steps go on. The case shows what stands against it."
        }
        NoticeKind::SystemSilent => {
            "Accounts of somebody who left wait there. It is tried again by itself; the case shows what it says."
        }
        NoticeKind::SystemBack => "What waits there goes on by itself.",
        NoticeKind::TeamsLeft => {
            "Somebody who left was the last one there. The case names the teams and the services that they answer for, until somebody is in them again."
        }
        NoticeKind::CaseDone => {
            "Every step is done, and nothing of it waits any more. Its report can be made."
        }
    };
    match ends(notice) {
        Some(end)
            if matches!(
                notice.kind,
                NoticeKind::RotationNeeded | NoticeKind::RotationDueSoon
            ) =>
        {
            format!("{}, the first by {end}. {said}", notice.kind.title())
        }
        Some(end) if notice.kind == NoticeKind::RotationPastDue => {
            format!("{}, the first since {end}. {said}", notice.kind.title())
        }
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
            | NoticeKind::RotationNeeded
            | NoticeKind::RotationDueSoon
            | NoticeKind::RotationPastDue
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
        request,
        proposal,
        case,
        ..
    } = notice.about;
    let target = match (request, proposal, case) {
        (Some(request), ..) => Target::Request(request),
        (None, Some(proposal), _) => Target::Proposal(proposal),
        (None, None, Some(case)) => Target::Case(case),
        (None, None, None) => Target::Notice(notice.id),
    };
    Link { organization, target }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use claviger_model::{
        entropy::SystemEntropy,
        ids::{CaseId, NoticeId, PrincipalId},
    };

    fn notice(kind: NoticeKind, about: About) -> Notice {
        Notice {
            id: NoticeId::random(&SystemEntropy),
            person: PrincipalId::random(&SystemEntropy),
            kind,
            at: Timestamp::from_millis(0),
            about,
            read_at: None,
        }
    }

    #[test]
    fn nobody_asked_where_the_server_did() {
        for kind in [NoticeKind::RequestWaits, NoticeKind::RotationWaits] {
            let by = About {
                by: Some(PrincipalId::random(&SystemEntropy)),
                ..About::default()
            };
            assert!(sentence(&notice(kind, by)).contains("Somebody asked"), "{kind}");
            let by_itself = sentence(&notice(kind, About::default()));
            assert!(!by_itself.contains("Somebody"), "{by_itself}");
        }
    }

    #[test]
    fn rotations_of_a_case_say_until_when() {
        let about = About {
            count: Some(3),
            ends_at: Some(Timestamp::from_millis(1_780_336_800_000)),
            ..About::default()
        };
        for (kind, begins) in [
            (
                NoticeKind::RotationNeeded,
                "Secrets need a new value from you, the first by 2026-06-01 18:00 UTC. ",
            ),
            (
                NoticeKind::RotationDueSoon,
                "Secrets need a new value within a day, the first by 2026-06-01 18:00 UTC. ",
            ),
            (
                NoticeKind::RotationPastDue,
                "New values of secrets are overdue, the first since 2026-06-01 18:00 UTC. ",
            ),
        ] {
            let said = sentence(&notice(kind, about.clone()));
            assert!(said.starts_with(begins), "{said}");
        }
    }

    #[test]
    fn what_is_about_a_case_leads_there() {
        let organization = OrganizationId::random(&SystemEntropy);
        let case = CaseId::random(&SystemEntropy);
        let about = About {
            case: Some(case),
            ..About::default()
        };
        let link = link(organization, &notice(NoticeKind::CaseBraked, about));
        assert_eq!(link.target, Target::Case(case));
        assert_eq!(link.to_string().parse::<Link>().unwrap(), link);
    }
}
