//! What people are told in time, and by which ways.
//!
//! A notice holds ids, never names or values: whoever shows it finds the words in what its reader may know.

use crate::{
    connected::SystemName,
    ids::{
        CaseId, DrawId, EmergencyId, GrantId, KeyId, PrincipalId, ProposalId, RequestId, RoleId, ScopeId,
        SecretId,
    },
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal, mail $mail:literal;)*) => {
        /// What a notice says; its code never changes.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        pub enum NoticeKind {$(
            $(#[$doc])*
            #[serde(rename = $code)]
            $name,
        )*}

        impl NoticeKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The stable code.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Reads a code.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$name),)* _ => None }
            }

            /// Whether it goes out by e-mail to whoever said nothing about it.
            const fn mailed(self) -> bool {
                match self { $(Self::$name => $mail,)* }
            }
        }
    };
}

kinds! {
    /// A request waits for one's approval.
    RequestWaits = "request.waits", mail true;
    /// What one asked for was approved as asked.
    RequestApproved = "request.approved", mail true;
    /// What one asked for was approved for less.
    RequestNarrowed = "request.narrowed", mail true;
    /// What one asked for was refused; the request says why.
    RequestRefused = "request.refused", mail true;
    /// Nobody answered in time.
    RequestLapsed = "request.lapsed", mail true;
    /// The rotation that one asked for was done.
    RequestDone = "request.done", mail false;
    /// A rotation waits for one to make it.
    RotationWaits = "rotation.waits", mail true;
    /// A rotation was asked for long ago and nobody made it.
    RotationOverdue = "rotation.overdue", mail true;
    /// Secrets that one looks after are older than they may be.
    RotationDue = "rotation.due", mail true;
    /// Values that somebody held whose access ended need to change, and one answers for them.
    RotationNeeded = "rotation.needed", mail true;
    /// Such values have to change within a day.
    RotationDueSoon = "rotation.due-soon", mail true;
    /// Such values had to change and did not.
    RotationPastDue = "rotation.past-due", mail true;
    /// Somebody gave one access.
    AccessGiven = "access.given", mail false;
    /// One's access ends soon.
    AccessEndsSoon = "access.ends-soon", mail true;
    /// One's access ended by itself.
    AccessEnded = "access.ended", mail false;
    /// Somebody took one's access away.
    AccessRevoked = "access.revoked", mail true;
    /// Somebody gave one's access an earlier end.
    AccessShortened = "access.shortened", mail true;
    /// Somebody narrowed one's access to less.
    AccessNarrowed = "access.narrowed", mail true;
    /// A change waits for a second Owner.
    ProposalWaits = "proposal.waits", mail true;
    /// A change that one proposed was approved or refused.
    ProposalAnswered = "proposal.answered", mail true;
    /// A key of a service that one manages ends soon.
    ServiceKeyEndsSoon = "service-key.ends-soon", mail true;
    /// Emergency access was used.
    Emergency = "emergency.used", mail true;
    /// The same person used emergency access again within a day.
    EmergencyAgain = "emergency.used-again", mail true;
    /// A right to emergency access was given.
    EmergencyGiven = "emergency.given", mail true;
    /// A right to emergency access was withdrawn.
    EmergencyWithdrawn = "emergency.withdrawn", mail true;
    /// Emergency access that one may review has to be reviewed soon.
    EmergencyReviewDue = "emergency.review-due", mail true;
    /// Emergency access that one may review was not reviewed in time.
    EmergencyReviewOverdue = "emergency.review-overdue", mail true;
    /// One's emergency access was reviewed.
    EmergencyReviewed = "emergency.reviewed", mail true;
    /// A case of offboarding waits for a second pair of eyes.
    CaseBraked = "offboarding.braked", mail true;
    /// A step of a case fails again and again.
    CaseFailing = "offboarding.failing", mail true;
    /// A connected system in which accounts of leavers wait has not answered for a day, or for weeks.
    SystemSilent = "offboarding.system-silent", mail true;
    /// Such a system answers again.
    SystemBack = "offboarding.system-back", mail true;
    /// A case left nobody in teams.
    TeamsLeft = "offboarding.teams-left", mail true;
    /// A case is over.
    CaseDone = "offboarding.done", mail true;
}

impl NoticeKind {
    /// What it says in a few plain words, naming nothing and nobody.
    pub const fn title(self) -> &'static str {
        match self {
            Self::RequestWaits => "A request waits for your answer",
            Self::RequestApproved => "Your request was approved",
            Self::RequestNarrowed => "Your request was approved for less",
            Self::RequestRefused => "Your request was refused",
            Self::RequestLapsed => "Nobody answered your request",
            Self::RequestDone => "The rotation that you asked for is done",
            Self::RotationWaits => "A secret waits to be rotated by you",
            Self::RotationOverdue => "A rotation is overdue",
            Self::RotationDue => "Secrets are due for a new value",
            Self::RotationNeeded => "Secrets need a new value from you",
            Self::RotationDueSoon => "Secrets need a new value within a day",
            Self::RotationPastDue => "New values of secrets are overdue",
            Self::AccessGiven => "You were given access",
            Self::AccessEndsSoon => "Some of your access ends soon",
            Self::AccessEnded => "Some of your access ended",
            Self::AccessRevoked => "Some of your access was taken away",
            Self::AccessShortened => "Some of your access ends earlier",
            Self::AccessNarrowed => "Some of your access was narrowed",
            Self::ProposalWaits => "A change waits for a second owner",
            Self::ProposalAnswered => "A change that you proposed was answered",
            Self::ServiceKeyEndsSoon => "A service's key ends soon",
            Self::Emergency => "Emergency access was used",
            Self::EmergencyAgain => "Emergency access was used again",
            Self::EmergencyGiven => "An emergency right was given",
            Self::EmergencyWithdrawn => "An emergency right was withdrawn",
            Self::EmergencyReviewDue => "Emergency access waits for a review",
            Self::EmergencyReviewOverdue => "The review of emergency access is overdue",
            Self::EmergencyReviewed => "Your emergency access was reviewed",
            Self::CaseBraked => "An offboarding waits for a second pair of eyes",
            Self::CaseFailing => "A step of an offboarding keeps failing",
            Self::SystemSilent => "A connected system does not answer",
            Self::SystemBack => "A connected system answers again",
            Self::TeamsLeft => "Nobody is left in a team",
            Self::CaseDone => "An offboarding is done",
        }
    }

    /// Whether nobody can switch it off.
    pub const fn always(self) -> bool {
        matches!(
            self,
            Self::Emergency | Self::EmergencyAgain | Self::EmergencyReviewDue | Self::EmergencyReviewOverdue
        )
    }

    /// Whether it goes this way to whoever said nothing about it.
    pub const fn by_default(self, way: Way) -> bool {
        match way {
            Way::Desktop => true,
            Way::Mail => self.mailed(),
        }
    }

    /// Whether it asks its reader to do something, so that it is settled once somebody did.
    pub const fn waits(self) -> bool {
        matches!(
            self,
            Self::RequestWaits
                | Self::RotationWaits
                | Self::RotationOverdue
                | Self::ProposalWaits
                | Self::EmergencyReviewDue
                | Self::EmergencyReviewOverdue
                | Self::CaseBraked
                | Self::RotationNeeded
                | Self::RotationDueSoon
                | Self::RotationPastDue
        )
    }

    /// Whether it is about an offboarding case, which only those who conduct offboarding may know of.
    pub const fn is_of_a_case(self) -> bool {
        matches!(
            self,
            Self::CaseBraked
                | Self::CaseFailing
                | Self::SystemSilent
                | Self::SystemBack
                | Self::TeamsLeft
                | Self::CaseDone
        )
    }

    /// Whether it is told more than once of the same matter, while that waits.
    pub const fn reminds(self) -> bool {
        matches!(
            self,
            Self::EmergencyReviewOverdue | Self::RotationDueSoon | Self::RotationPastDue
        )
    }
}

impl fmt::Display for NoticeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// By what a notice reaches a person besides the list in the app, which has all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// A notification of the desktop, while the app runs.
    Desktop,
    /// E-mail.
    Mail,
}

impl Way {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::Desktop, Self::Mail];
}

/// What a notice is about.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct About {
    /// The request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestId>,
    /// The proposed change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposal: Option<ProposalId>,
    /// The draw of emergency access.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draw: Option<DrawId>,
    /// The right to emergency access.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right: Option<EmergencyId>,
    /// The offboarding case; never said to those who answer for its rotations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
    /// The connected system, by what the configuration calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<SystemName>,
    /// The grant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant: Option<GrantId>,
    /// The role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<RoleId>,
    /// The place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<ScopeId>,
    /// The secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<SecretId>,
    /// The service identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<PrincipalId>,
    /// The key of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyId>,
    /// Whom it concerns, where that is not its reader alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<PrincipalId>,
    /// Who did it; none for what happened by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<PrincipalId>,
    /// Of how many things it speaks, where that is not one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// When what it is about ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
}

impl About {
    /// What has to be answered, as its 16 bytes; notices that ask for the answer are settled by it.
    pub fn matter(&self) -> Option<[u8; 16]> {
        let request = self.request.map(|id| *id.as_bytes());
        let proposal = self.proposal.map(|id| *id.as_bytes());
        request
            .or(proposal)
            .or_else(|| self.draw.map(|id| *id.as_bytes()))
            .or_else(|| self.case.map(|id| *id.as_bytes()))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back() {
        for kind in NoticeKind::ALL {
            assert_eq!(NoticeKind::from_code(kind.code()), Some(*kind));
            assert_eq!(serde_json::to_string(kind).unwrap(), format!("\"{kind}\""));
        }
    }

    #[test]
    fn what_cannot_be_switched_off_goes_every_way() {
        for kind in NoticeKind::ALL.iter().filter(|kind| kind.always()) {
            assert!(Way::ALL.iter().all(|way| kind.by_default(*way)), "{kind}");
        }
        assert!(NoticeKind::Emergency.always());
    }
}
