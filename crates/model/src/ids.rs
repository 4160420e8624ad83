//! Ids: random UUIDs (v4), one type for each kind of object, so that they cannot be mixed up.
//!
//! Version 7 would leak creation times, so it is not used.

use crate::entropy::Entropy;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// A text that is not a UUID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an id")]
pub struct ParseIdError(String);

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Makes a random id (UUID version 4).
            pub fn random(entropy: &dyn Entropy) -> Self {
                let mut bytes = [0; 16];
                entropy.fill(&mut bytes);
                Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
            }

            /// Takes the 16 raw bytes as they are; for storage and for well-known ids.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// Reads an id from a slice of exactly 16 bytes.
            ///
            /// # Errors
            /// When the slice has another length.
            pub fn from_slice(bytes: &[u8]) -> Result<Self, ParseIdError> {
                Uuid::from_slice(bytes).map(Self).map_err(|_| ParseIdError(format!("{} bytes", bytes.len())))
            }

            /// The 16 raw bytes.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0.hyphenated())
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;
            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                Uuid::try_parse(text).map(Self).map_err(|_| ParseIdError(text.chars().take(64).collect()))
            }
        }
    )*};
}

ids! {
    /// The company that a server serves.
    OrganizationId;
    /// A person, a team or a service identity.
    PrincipalId;
    /// A node of the tree of places.
    ScopeId;
    /// A secret, whatever its name and place are today.
    SecretId;
    /// A named set of actions.
    RoleId;
    /// A role given to a principal at a scope.
    GrantId;
    /// A guardrail.
    PolicyId;
    /// An enrolled device.
    DeviceId;
    /// A sign-in of a person on a device; also the id of its refresh family.
    SessionId;
    /// An entry of the audit log.
    EventId;
    /// A request for access or for a rotation.
    RequestId;
    /// A change that waits for a second Owner (rule 13).
    ProposalId;
    /// A right to emergency access.
    EmergencyId;
    /// One draw of it.
    DrawId;
    /// An offboarding case.
    CaseId;
    /// An account that a case takes away from somebody in a connected system.
    AccountId;
    /// A signed instruction to a device.
    OrderId;
    /// A key in a key hierarchy, or of a service identity.
    KeyId;
    /// One call to the server, for correlating logs and events.
    CallId;
    /// Something that somebody is told; derived from what happened and whom it concerns, so that it is told once.
    NoticeId;
    /// A user or group as the identity provider knows it through SCIM.
    ScimId;
    /// Where notices of an organization are posted to.
    WebhookId;
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::entropy::Sequence;

    #[test]
    fn a_random_id_is_version_4_and_survives_its_text() {
        let id = SecretId::random(&Sequence::new(7));
        assert_eq!(Uuid::from_bytes(*id.as_bytes()).get_version_num(), 4);
        assert_eq!(id.to_string().parse::<SecretId>(), Ok(id));
    }

    #[test]
    fn a_wrong_text_is_refused_and_cut_short_in_the_message() {
        let error = "x".repeat(5_000).parse::<SecretId>().unwrap_err();
        assert!(error.to_string().len() < 100);
        assert!(SecretId::from_slice(&[0; 15]).is_err());
    }
}
