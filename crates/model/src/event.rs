//! The kinds of events that the audit log knows.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        /// What happened; its code is written into the log and never changes.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        pub enum EventKind {$(
            $(#[$doc])*
            #[serde(rename = $code)]
            $name,
        )*}

        impl EventKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The code that stands in the log.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Reads a code.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$name),)* _ => None }
            }
        }
    };
}

kinds! {
    /// The log begins, or begins anew after a restore.
    LogOpened = "log.opened";
    /// A key of the server was replaced by a new one.
    KeyRotated = "log.key-rotated";
    /// A generation of the key-encryption key was destroyed.
    KeyDestroyed = "log.key-destroyed";
    /// The bootstrap code made the first Owner.
    Bootstrapped = "organization.bootstrapped";
    /// Somebody signed in.
    SignedIn = "session.signed-in";
    /// A session was ended.
    SessionEnded = "session.ended";
    /// The identity provider was asked again.
    SessionReasserted = "session.reasserted";
    /// A session was suspended, since the provider refused.
    SessionSuspended = "session.suspended";
    /// A refresh token or proof was used again.
    ReplayDetected = "session.replay";
    /// Failed calls without a caller, counted for a minute (rule 15); or a refused call of a session that is no change, noted once
    /// a minute.
    FailuresCounted = "session.failures";
    /// A device was enrolled.
    DeviceEnrolled = "device.enrolled";
    /// A device's state changed.
    DeviceChanged = "device.changed";
    /// A value was released for injection into a process.
    SecretUsed = "secret.used";
    /// A value was released for copying.
    SecretCopied = "secret.copied";
    /// A value was released for showing.
    SecretRevealed = "secret.revealed";
    /// A value was released to be kept offline.
    SecretLeased = "secret.leased";
    /// A leased value was read offline, as the device reported.
    SecretReadOffline = "secret.read-offline";
    /// A secret was made.
    SecretCreated = "secret.created";
    /// Metadata changed.
    SecretEdited = "secret.edited";
    /// A new version was written.
    SecretWritten = "secret.written";
    /// An older version became current again.
    SecretRolledBack = "secret.rolled-back";
    /// A secret went to another scope.
    SecretMoved = "secret.moved";
    /// A secret went into the bin.
    SecretDeleted = "secret.deleted";
    /// A secret came back from the bin.
    SecretRestored = "secret.restored";
    /// A secret left the bin for good.
    SecretErased = "secret.erased";
    /// A scope was made.
    ScopeCreated = "scope.created";
    /// A scope's name, class or settings changed.
    ScopeEdited = "scope.edited";
    /// A grant was given.
    GrantGiven = "grant.given";
    /// A grant was ended before its time.
    GrantEnded = "grant.ended";
    /// A grant got an earlier end.
    GrantShortened = "grant.shortened";
    /// A principal was made.
    PrincipalCreated = "principal.created";
    /// A principal's state, name or groups changed.
    PrincipalChanged = "principal.changed";
    /// A role was made or changed.
    RoleChanged = "role.changed";
    /// A guardrail was made, changed or switched.
    PolicyChanged = "policy.changed";
    /// A role was deleted.
    RoleDeleted = "role.deleted";
    /// A team's name, members or groups changed.
    TeamChanged = "team.changed";
    /// A scope went elsewhere with all below it.
    ScopeMoved = "scope.moved";
    /// A change was proposed that a second Owner has to approve.
    ProposalMade = "proposal.made";
    /// Such a change was approved, refused or taken back.
    ProposalAnswered = "proposal.answered";
    /// Roles, guardrails and grants were made what files say.
    FilesApplied = "policy.files-applied";
    /// A session got a fresher or stronger sign-in.
    SessionSteppedUp = "session.stepped-up";
    /// A request was made.
    RequestMade = "request.made";
    /// A request was answered, fulfilled or withdrawn.
    RequestAnswered = "request.answered";
    /// A device was told to destroy something.
    OrderIssued = "order.issued";
    /// A device acknowledged an order.
    OrderAcknowledged = "order.acknowledged";
    /// A device's journal has a gap or a contradiction.
    JournalDoubted = "journal.doubted";
    /// The log was exported or searched.
    LogExported = "log.exported";
    /// A service identity got a key.
    ServiceKeyMade = "service.key-made";
    /// A key of a service identity was ended before its time.
    ServiceKeyEnded = "service.key-ended";
    /// Somebody got a right to emergency access.
    EmergencyGiven = "emergency.right-given";
    /// Such a right was ended before its time.
    EmergencyEnded = "emergency.right-ended";
    /// Somebody drew emergency access; it lasts until its grant ends.
    EmergencyDrawn = "emergency.drawn";
    /// Somebody else said what they find of a draw.
    EmergencyReviewed = "emergency.reviewed";
    /// Notices are posted to a webhook from now on.
    WebhookMade = "webhook.made";
    /// Nothing is posted to a webhook any more.
    WebhookEnded = "webhook.ended";
    /// The identity provider's SCIM client got a token.
    ProvisioningTokenMade = "provisioning.token-made";
    /// Such a token was ended before its time.
    ProvisioningTokenEnded = "provisioning.token-ended";
    /// The identity provider said that somebody signed out there.
    LoggedOutByProvider = "session.logged-out-by-provider";
    /// A guardrail was deleted.
    PolicyDeleted = "policy.deleted";
    /// A guardrail could not be evaluated, counted for a minute; what it was asked about was refused (rule 11).
    PolicyFailed = "policy.failed";
    /// A leaked value was looked up by its fingerprint.
    LeakLookedUp = "leak.looked-up";
    /// An offboarding case was opened, or somebody else asked for the same.
    OffboardingOpened = "offboarding.opened";
    /// A case was approved by a second pair of eyes, or called off.
    OffboardingAnswered = "offboarding.answered";
    /// A case began: from here on everything of its person is refused.
    OffboardingBegun = "offboarding.begun";
    /// A step of a case was done.
    OffboardingStepDone = "offboarding.step-done";
    /// A step of a case failed; it is tried again.
    OffboardingStepFailed = "offboarding.step-failed";
    /// A value that a leaver held changed, or an Owner accepted that it does not.
    OffboardingRotationSettled = "offboarding.rotation-settled";
    /// An account of a leaver in a connected system was found, disabled, removed, verified, or is accepted as it is; or the system was
    /// asked, or cannot be.
    OffboardingAccount = "offboarding.connected-account";
    /// A case is over.
    OffboardingDone = "offboarding.done";
    /// What waits for a second pair of eyes changed.
    OffboardingSettingsChanged = "offboarding.settings-changed";
}

impl EventKind {
    /// Whether a value left the server (the three reads and the lease).
    pub const fn releases_value(self) -> bool {
        matches!(
            self,
            Self::SecretUsed | Self::SecretCopied | Self::SecretRevealed | Self::SecretLeased
        )
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::from_code(kind.code()), Some(*kind));
            assert_eq!(
                serde_json::to_string(kind).unwrap(),
                format!("\"{}\"", kind.code())
            );
        }
    }
}
