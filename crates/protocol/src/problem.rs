//! RFC 9457 problem details with a stable code.

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:literal, $title:literal;)*) => {
        /// What went wrong; stable across versions.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $code)] $name,)*
            /// A code of a newer server.
            #[serde(other)]
            Unknown,
        }

        impl Code {
            /// Every code that this version can send.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The text on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* Self::Unknown => "unknown" }
            }

            /// The HTTP status that goes with it.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* Self::Unknown => 500 }
            }

            /// A short sentence for people; the same for every cause that must not be told apart.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* Self::Unknown => "Something went wrong" }
            }
        }
    };
}

codes! {
    /// Missing, or the caller may not know of it: the same answer.
    NotFound = "not_found", 404, "There is no such thing, or it is not for you to know of";
    /// The caller may know of it, but not do this.
    Forbidden = "forbidden", 403, "You have no right to do this";
    /// A stronger or fresher sign-in would do (RFC 9470).
    StepUp = "step_up", 401, "This asks for a fresh multi-factor sign-in";
    /// No usable access token.
    Unauthenticated = "unauthenticated", 401, "Sign in first";
    /// The proof of possession is missing or wrong.
    BadProof = "bad_proof", 401, "The proof of this device is not valid";
    /// The proof needs the nonce that this reply carries (RFC 9449, 8).
    UseNonce = "use_dpop_nonce", 401, "The proof needs the server's nonce";
    /// The proof was seen before.
    ProofReused = "proof_reused", 401, "This proof was used before";
    /// The ID token does not hold.
    BadIdToken = "bad_id_token", 401, "The identity provider's answer is not valid";
    /// The challenge is unknown, used or too old.
    BadChallenge = "bad_challenge", 401, "This sign-in took too long or was used before";
    /// The refresh token is unknown, used or ended.
    BadRefresh = "bad_refresh_token", 401, "The session has ended";
    /// A service identity's assertion does not hold, or is by no key that is known.
    BadAssertion = "bad_assertion", 401, "The assertion of the service identity is not valid";
    /// The key of a service identity was ended, or its time is over.
    KeyEnded = "key_ended", 401, "This key has ended; the service needs a new one";
    /// The key of a service identity is not good from where the call comes from.
    WrongNetwork = "wrong_network", 403, "This key is not good from this network";
    /// The session was ended or suspended.
    SessionEnded = "session_ended", 401, "The session has ended";
    /// The device is ended or a clone.
    DeviceEnded = "device_ended", 401, "This device must enrol again";
    /// The person is disabled.
    Disabled = "disabled", 403, "This account is disabled";
    /// The identity provider must be asked again now.
    ReassertFirst = "reassert_first", 401, "The identity provider has to be asked again";
    /// The bootstrap code is wrong, used or too old.
    BadBootstrap = "bad_bootstrap_code", 403, "The bootstrap code is not valid";
    /// Nobody was made a member yet.
    NoOwner = "no_owner", 403, "This server has no owner yet; its bootstrap code makes the first";
    /// The body or path does not parse.
    BadRequest = "bad_request", 400, "The request is not well formed";
    /// The body is larger than allowed.
    TooLarge = "too_large", 413, "The request is too large";
    /// The value is larger than 64 KiB.
    ValueTooLarge = "value_too_large", 413, "A value can have 64 KiB at most";
    /// A living neighbour has the same name.
    NameTaken = "name_taken", 409, "Something here has this name already";
    /// Somebody else changed it first.
    Conflict = "conflict", 409, "It was changed in the meantime";
    /// Not in a state in which this can be done.
    WrongState = "wrong_state", 409, "This cannot be done any more";
    /// What would happen is no longer what was shown.
    StalePlan = "stale_plan", 409, "Something changed since this was shown; look at it again";
    /// Separation of duties.
    SeparationOfDuties = "separation_of_duties", 403, "Nobody can do this for themselves";
    /// The same person has too many open requests.
    RequestLimit = "request_limit", 409, "You have as many open requests as one person can have";
    /// The service identity has as many live keys as it can have.
    KeyLimit = "key_limit", 409, "The service has as many live keys as it can have; end one first";
    /// The key of this service identity, or of another one, is here already.
    KeyKnown = "key_known", 409, "A service has this key already; make a new one";
    /// The last Owner would go.
    LastOwner = "last_owner", 409, "The organization needs an owner";
    /// They were offboarded before.
    AlreadyLeft = "already_left", 409, "This person has left already";
    /// Not an active person who stays.
    UnfitHeir = "unfit_heir", 409, "This person cannot take over";
    /// An offboarding case of theirs goes on.
    CaseOpen = "case_open", 409, "An offboarding case of this person goes on";
    /// The change widens its author's own access (rule 13).
    SecondOwner = "second_owner_needed", 403, "This would widen your own access; another owner has to approve it";
    /// A team would be within itself.
    TeamCycle = "team_cycle", 409, "Teams cannot contain each other";
    /// A grant, even an ended one, names the role.
    RoleInUse = "role_in_use", 409, "Grants name this role";
    /// Sealed for another device, organization or version.
    BadSeal = "bad_seal", 400, "The value was not sealed for this server";
    /// Too many calls.
    TooMany = "too_many_requests", 429, "Too many calls; try again in a moment";
    /// The device's journal does not continue.
    JournalConflict = "journal_conflict", 409, "The device's journal contradicts what was sent before";
    /// The device's cache is older than one seen before, or a copy of another.
    CacheRolledBack = "cache_rolled_back", 409, "This device's cache is older than the server remembers";
    /// The identity provider cannot be reached.
    ProviderDown = "provider_unavailable", 503, "The identity provider cannot be reached";
    /// The identity provider answers otherwise than the configuration says.
    ProviderMisconfigured = "provider_misconfigured", 503, "The identity provider is not set up as this server expects";
    /// The database cannot be reached.
    StorageDown = "storage_unavailable", 503, "The database cannot be reached; nothing was changed";
    /// The server's disk, or its database's, takes no more data.
    StorageFull = "storage_full", 503, "The server's disk is full; nothing was changed";
    /// The database was lost during the commit, which may or may not have happened.
    Unconfirmed = "outcome_unknown", 503, "The connection to the database broke; look whether it was done before you try again";
    /// The server stops or starts, or has too much to do.
    Unavailable = "unavailable", 503, "The server is not ready; nothing was changed";
    /// A fault of ours.
    Internal = "internal", 500, "The server failed; nothing was changed";
}

/// A refused or failed call (RFC 9457), `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `urn:claviger:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// [`Code::title`].
    pub title: String,
    /// [`Code::status`].
    pub status: u16,
    /// Stable.
    pub code: Code,
    /// Words on this occurrence; only what the caller may know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The call's id, for asking an administrator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    /// With [`Code::StepUp`]: which sign-in would do.
    #[serde(flatten)]
    pub sign_in: Option<Box<SignInAsked>>,
}

/// The sign-in that a refused call asks for (RFC 9470).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInAsked {
    /// How old it may be, in seconds.
    pub max_age: u32,
    /// Classes of sign-in at the identity provider, any of which would do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acr_values: Vec<String>,
}

impl Problem {
    /// A problem without detail.
    pub fn new(code: Code) -> Self {
        Self {
            kind: format!("urn:claviger:problem:{}", code.as_str()),
            title: code.title().to_owned(),
            status: code.status(),
            code,
            detail: None,
            call: None,
            sign_in: None,
        }
    }

    /// A sign-in with several factors that is not older than this would do (RFC 9470).
    pub fn step_up(max_age: u32) -> Self {
        Self {
            sign_in: Some(Box::new(SignInAsked {
                max_age,
                acr_values: Vec::new(),
            })),
            ..Self::new(Code::StepUp)
        }
    }

    /// Adds words.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_read_back_and_newer_ones_are_unknown() {
        let mut seen = std::collections::BTreeSet::new();
        for code in Code::ALL {
            assert!(seen.insert(code.as_str()));
            let problem = Problem::new(*code);
            let json = serde_json::to_string(&problem).unwrap();
            assert_eq!(serde_json::from_str::<Problem>(&json).unwrap(), problem);
        }
        assert_eq!(
            serde_json::from_str::<Code>("\"from_the_future\"").unwrap(),
            Code::Unknown
        );
    }
}
