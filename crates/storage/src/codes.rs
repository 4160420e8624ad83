//! The texts that stand in the tables for the variants of our enums. They never change.

use crate::{
    changes::ChangeKind,
    files::FileObjectKind,
    log::Outcome,
    notices::DeliveryState,
    organization::KeyPurpose,
    principals::{MemberSource, ZoneSource},
    proposals::ProposalState,
    requests::RequestState,
    sessions::{DeviceState, SessionState},
};
use claviger_model::{
    blast::How,
    connected::{AccountState, AskedState, Presence, SystemKind},
    emergency::Verdict,
    event::EventKind,
    notice::{NoticeKind, Way},
    offboarding::{Brake, CaseState, Cause, EffectKind, RotationState, StepKind, StepState},
    principal::{PrincipalKind, PrincipalState},
    scope::EnvironmentClass,
    secret::{SecretKind, Stage},
    service::ServiceKind,
};

/// An enum with a text for each variant.
pub(crate) trait Coded: Copy + Sized {
    fn text(self) -> &'static str;
    fn from_text(text: &str) -> Option<Self>;
}

macro_rules! codes {
    ($($type:ident { $($variant:ident = $text:literal),* $(,)? })*) => {$(
        impl Coded for $type {
            fn text(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            fn from_text(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    )*};
}

codes! {
    PrincipalKind { Person = "person", Team = "team", Service = "service" }
    PrincipalState { Active = "active", Suspended = "suspended", Disabled = "disabled" }
    MemberSource { Provider = "provider", Local = "local" }
    ZoneSource { SignIn = "sign-in", Scim = "scim" }
    DeviceState { Active = "active", Ending = "ending", Ended = "ended" }
    SessionState { Active = "active", Suspended = "suspended", Ended = "ended" }
    RequestState { Open = "open", Done = "done", Refused = "refused", Withdrawn = "withdrawn" }
    ProposalState { Open = "open", Executed = "executed", Refused = "refused", Withdrawn = "withdrawn" }
    FileObjectKind { Role = "role", Guardrail = "guardrail", Grant = "grant" }
    Cause { Admin = "admin", Provider = "provider" }
    CaseState {
        Planned = "planned", Braked = "braked", Running = "running", Waiting = "waiting", Done = "done",
        Cancelled = "cancelled",
    }
    Brake { Protected = "protected", Many = "many" }
    StepKind {
        Access = "access", Grants = "grants", Teams = "teams", Requests = "requests", Ownership = "ownership",
        Rotations = "rotations", Connected = "connected",
    }
    StepState { Open = "open", Failing = "failing", Done = "done" }
    EffectKind {
        Session = "session", ServiceKey = "service-key", Device = "device", Grant = "grant",
        EmergencyRight = "emergency-right", LocalTeam = "local-team", ProviderTeam = "provider-team",
        HeirTeam = "heir-team", TeamLeft = "team-left",
        Request = "request", Approval = "approval", Proposal = "proposal", SecretOwner = "secret-owner",
        ConnectedAccount = "connected-account",
    }
    SystemKind { Postgresql = "postgresql", Github = "github" }
    AskedState { Open = "open", Asked = "asked", Accepted = "accepted" }
    AccountState {
        Found = "found", Disabled = "disabled", Removed = "removed", Verified = "verified", Accepted = "accepted",
    }
    Presence { There = "there", Disabled = "disabled", Gone = "gone" }
    RotationState { Open = "open", Changed = "changed", Accepted = "accepted", Gone = "gone" }
    How {
        Used = "used", Kept = "kept", ReadOffline = "read-offline", Copied = "copied", Revealed = "revealed",
    }
    Verdict { Justified = "justified", NotJustified = "not-justified" }
    Outcome { Done = "done", Refused = "refused", Failed = "failed" }
    KeyPurpose {
        Log = "log", Orders = "orders", Sealing = "sealing", Commitments = "commitments", Tokens = "tokens",
        Nonces = "nonces", Fingerprints = "fingerprints", Webhooks = "webhooks",
    }
    ChangeKind {
        Secret = "secret", SecretGone = "secret-gone", Scope = "scope", Entitlement = "entitlement",
        Policy = "policy", Request = "request", Order = "order", Principal = "principal", History = "history",
    }
    EnvironmentClass {
        Production = "production", Staging = "staging", Testing = "testing", Development = "development",
        Sandbox = "sandbox",
    }
    SecretKind {
        Generic = "generic", ApiKey = "api-key", Password = "password", ConnectionString = "connection-string",
        Certificate = "certificate", KeyPair = "key-pair", OneTimeCode = "one-time-code",
    }
    ServiceKind { CiJob = "ci-job", Application = "application", Bot = "bot", Agent = "agent" }
    DeliveryState { Waiting = "waiting", Sent = "sent", GivenUp = "given-up" }
    Way { Desktop = "desktop", Mail = "mail" }
    Stage { Current = "current", Pending = "pending", Previous = "previous", Retired = "retired" }
}

impl Coded for EventKind {
    fn text(self) -> &'static str {
        self.code()
    }

    fn from_text(text: &str) -> Option<Self> {
        Self::from_code(text)
    }
}

impl Coded for NoticeKind {
    fn text(self) -> &'static str {
        self.code()
    }

    fn from_text(text: &str) -> Option<Self> {
        Self::from_code(text)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_texts_are_those_of_the_serialized_forms() {
        for kind in [
            SecretKind::ApiKey,
            SecretKind::ConnectionString,
            SecretKind::OneTimeCode,
        ] {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.text());
            assert_eq!(SecretKind::from_text(kind.text()), Some(kind));
        }
        assert_eq!(
            serde_json::to_value(ChangeKind::SecretGone).unwrap(),
            ChangeKind::SecretGone.text()
        );
        assert_eq!(Stage::from_text("gone"), None);
    }
}
