//! From the log's kinds of events to the actions that people read.

use crate::view::history::{HistoryAction, HistoryGroup};
use claviger_ledger::leaf::{Fact, Leaf};
use claviger_model::{event::EventKind, ids::PrincipalId};
use claviger_protocol::release::Purpose;

/// What a leaf says was done. Kinds of a newer server are [`HistoryAction::Other`].
pub(super) fn action(leaf: &Leaf, me: PrincipalId) -> HistoryAction {
    match leaf.kind.as_kind() {
        Some(EventKind::SessionEnded) if signed_out(leaf, me) => HistoryAction::SignedOut,
        Some(EventKind::FailuresCounted) if leaf.actor.is_some() => HistoryAction::AskedInVain,
        Some(EventKind::SecretReadOffline) => read(label(leaf, "purpose")),
        // Only access is asked for with a role.
        Some(EventKind::RequestMade) if leaf.object.role.is_some() => HistoryAction::AccessRequested,
        Some(EventKind::RequestAnswered) if leaf.object.role.is_some() => access(label(leaf, "state")),
        Some(EventKind::RequestAnswered) => answered(label(leaf, "state")),
        Some(kind) => plain(kind),
        None => HistoryAction::Other,
    }
}

/// The part of the history in which a kind stands.
pub(super) const fn group(kind: Option<EventKind>) -> HistoryGroup {
    use EventKind as Kind;
    let Some(kind) = kind else {
        return HistoryGroup::Access;
    };
    match kind {
        Kind::SecretUsed
        | Kind::SecretCopied
        | Kind::SecretRevealed
        | Kind::SecretLeased
        | Kind::SecretReadOffline
        | Kind::JournalDoubted => HistoryGroup::Reads,
        Kind::SecretCreated
        | Kind::SecretEdited
        | Kind::SecretWritten
        | Kind::SecretRolledBack
        | Kind::SecretMoved
        | Kind::SecretDeleted
        | Kind::SecretRestored
        | Kind::SecretErased
        | Kind::ScopeCreated
        | Kind::ScopeEdited
        | Kind::ScopeMoved => HistoryGroup::Changes,
        Kind::RequestMade | Kind::RequestAnswered => HistoryGroup::Requests,
        Kind::GrantGiven
        | Kind::GrantEnded
        | Kind::GrantShortened
        | Kind::PrincipalCreated
        | Kind::PrincipalChanged
        | Kind::RoleChanged
        | Kind::RoleDeleted
        | Kind::PolicyChanged
        | Kind::PolicyDeleted
        | Kind::PolicyFailed
        | Kind::TeamChanged
        | Kind::ServiceKeyMade
        | Kind::ServiceKeyEnded
        | Kind::EmergencyGiven
        | Kind::EmergencyEnded
        | Kind::EmergencyDrawn
        | Kind::EmergencyReviewed
        | Kind::WebhookMade
        | Kind::WebhookEnded
        | Kind::ProvisioningTokenMade
        | Kind::ProvisioningTokenEnded
        | Kind::ProposalMade
        | Kind::ProposalAnswered
        | Kind::FilesApplied
        | Kind::OrderIssued
        | Kind::OrderAcknowledged
        | Kind::Bootstrapped
        | Kind::LogExported
        | Kind::LeakLookedUp
        | Kind::OffboardingOpened
        | Kind::OffboardingAnswered
        | Kind::OffboardingBegun
        | Kind::OffboardingStepDone
        | Kind::OffboardingStepFailed
        | Kind::OffboardingRotationSettled
        | Kind::OffboardingAccount
        | Kind::OffboardingDone
        | Kind::OffboardingSettingsChanged
        | Kind::LogOpened
        | Kind::FailuresCounted
        | Kind::KeyRotated
        | Kind::KeyDestroyed => HistoryGroup::Access,
        Kind::SignedIn
        | Kind::SessionEnded
        | Kind::LoggedOutByProvider
        | Kind::SessionReasserted
        | Kind::SessionSteppedUp
        | Kind::SessionSuspended
        | Kind::ReplayDetected
        | Kind::DeviceEnrolled
        | Kind::DeviceChanged => HistoryGroup::SignIn,
    }
}

const fn plain(kind: EventKind) -> HistoryAction {
    use EventKind as Kind;
    use HistoryAction as Action;
    match kind {
        Kind::SecretUsed => Action::Used,
        Kind::SecretCopied => Action::Copied,
        Kind::SecretRevealed => Action::Revealed,
        Kind::SecretLeased => Action::KeptOffline,
        Kind::SecretCreated => Action::Created,
        Kind::SecretEdited => Action::Edited,
        Kind::SecretWritten | Kind::SecretRolledBack => Action::NewVersion,
        Kind::SecretMoved => Action::Moved,
        Kind::SecretDeleted | Kind::SecretErased => Action::Deleted,
        Kind::SecretRestored => Action::Restored,
        Kind::ScopeCreated | Kind::ScopeEdited | Kind::ScopeMoved => Action::PlaceChanged,
        Kind::RequestMade => Action::RotationRequested,
        Kind::GrantGiven | Kind::Bootstrapped => Action::AccessGiven,
        Kind::GrantEnded => Action::AccessEnded,
        Kind::GrantShortened => Action::AccessShortened,
        Kind::EmergencyGiven => Action::EmergencyGiven,
        Kind::EmergencyEnded => Action::EmergencyEnded,
        Kind::EmergencyDrawn => Action::EmergencyDrawn,
        Kind::EmergencyReviewed => Action::EmergencyReviewed,
        Kind::PrincipalCreated => Action::AccountCreated,
        Kind::PrincipalChanged | Kind::TeamChanged | Kind::ServiceKeyMade | Kind::ServiceKeyEnded => {
            Action::AccountChanged
        }
        Kind::RoleChanged
        | Kind::RoleDeleted
        | Kind::PolicyChanged
        | Kind::WebhookMade
        | Kind::WebhookEnded
        | Kind::ProvisioningTokenMade
        | Kind::ProvisioningTokenEnded
        | Kind::PolicyDeleted
        | Kind::PolicyFailed
        | Kind::ProposalMade
        | Kind::ProposalAnswered
        | Kind::FilesApplied => Action::RulesChanged,
        Kind::OrderIssued => Action::PurgeOrdered,
        Kind::OrderAcknowledged => Action::Purged,
        Kind::JournalDoubted => Action::JournalDoubted,
        Kind::SignedIn => Action::SignedIn,
        Kind::SessionEnded | Kind::LoggedOutByProvider => Action::SessionEnded,
        Kind::SessionReasserted | Kind::SessionSteppedUp => Action::SignInChecked,
        Kind::SessionSuspended => Action::SessionSuspended,
        Kind::ReplayDetected => Action::ReplayDetected,
        Kind::DeviceEnrolled => Action::DeviceEnrolled,
        Kind::DeviceChanged => Action::DeviceEnded,
        Kind::LogExported => Action::HistoryExported,
        Kind::LeakLookedUp => Action::LeakLookedUp,
        Kind::OffboardingOpened
        | Kind::OffboardingAnswered
        | Kind::OffboardingBegun
        | Kind::OffboardingStepDone
        | Kind::OffboardingStepFailed
        | Kind::OffboardingRotationSettled
        | Kind::OffboardingAccount
        | Kind::OffboardingDone
        | Kind::OffboardingSettingsChanged => Action::Offboarding,
        // The first three are told apart by what stands in them; the others concern no person.
        Kind::SecretReadOffline
        | Kind::RequestAnswered
        | Kind::FailuresCounted
        | Kind::LogOpened
        | Kind::KeyRotated
        | Kind::KeyDestroyed => Action::Other,
    }
}

/// The session was ended from within itself by whoever it belongs to.
fn signed_out(leaf: &Leaf, me: PrincipalId) -> bool {
    leaf.actor.is_some_and(|actor| actor.principal == me)
        && leaf.session.is_some()
        && leaf.object.session == leaf.session
}

/// What an offline read that is not in the log yet did.
pub(super) const fn offline(purpose: Purpose) -> HistoryAction {
    match purpose {
        Purpose::Copy => HistoryAction::Copied,
        Purpose::Reveal => HistoryAction::Revealed,
        Purpose::Use | Purpose::Lease => HistoryAction::Used,
    }
}

fn read(purpose: Option<&str>) -> HistoryAction {
    match purpose {
        Some("copy") => HistoryAction::Copied,
        Some("reveal") => HistoryAction::Revealed,
        _ => HistoryAction::Used,
    }
}

fn answered(state: Option<&str>) -> HistoryAction {
    match state {
        Some("done") => HistoryAction::RotationDone,
        Some("refused") => HistoryAction::RotationRefused,
        Some("withdrawn") => HistoryAction::RotationWithdrawn,
        // An answer that was itself refused says no state.
        _ => HistoryAction::Other,
    }
}

/// An answer to a request for access.
fn access(state: Option<&str>) -> HistoryAction {
    match state {
        Some("approved" | "approved-by-rule" | "step") => HistoryAction::AccessApproved,
        Some("refused") => HistoryAction::AccessRefused,
        Some("withdrawn") => HistoryAction::RotationWithdrawn,
        _ => HistoryAction::Other,
    }
}

fn label<'a>(leaf: &'a Leaf, fact: &str) -> Option<&'a str> {
    let found = leaf.facts.iter().find(|(name, _)| name.as_str() == fact);
    match found {
        Some((_, Fact::Label(label))) => Some(label.as_str()),
        _ => None,
    }
}
