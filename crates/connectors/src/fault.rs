//! Why a connected system did not do what it was asked.

use std::{fmt, time::Duration};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        /// A stable code; nothing that the other side said is in it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FaultCode {$(
            $(#[$doc])*
            $name,
        )*}

        impl FaultCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The code.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

codes! {
    /// It cannot be reached, or is not ready.
    Unreachable = "unreachable";
    /// It did not answer in time.
    TimedOut = "timed-out";
    /// The connector's own password or token is missing or refused.
    Credentials = "credentials";
    /// The connector may not do this there.
    NotPermitted = "not-permitted";
    /// It wants fewer calls.
    RateLimited = "rate-limited";
    /// The account is the connector's own, or what it works by.
    Protected = "protected";
    /// Something there still depends on the account.
    InUse = "in-use";
    /// The account owns things, and nobody is named to whom they go.
    OwnsThings = "owns-things";
    /// It was taken away and is still there.
    StillThere = "still-there";
    /// The name that it had belongs to another account by now, to which nothing is done.
    AnotherAccount = "another-account";
    /// The invitation is not there any more, and it was not taken back here: somebody may have accepted it, under whatever name.
    InvitationGone = "invitation-gone";
    /// It is there by a team of the enterprise, from which only the enterprise takes it.
    EnterpriseTeam = "enterprise-team";
    /// The configuration names it, and there is no such account.
    NotThere = "not-there";
    /// A list changes faster than it is read.
    Changing = "changing";
    /// It has more of something than is looked through.
    TooMany = "too-many";
    /// Its answer is not understood.
    Unexpected = "unexpected";
    /// By the rules it would be somebody else's, too.
    Ambiguous = "ambiguous";
    /// The configuration does not name it any more.
    NotConfigured = "not-configured";
    /// Whose account it is works here again.
    CameBack = "came-back";
    /// They came back in the middle of an action: part of it was done by then.
    CutShort = "cut-short";
    /// Nothing is known of somebody by which an account of theirs would be looked for, so that nobody was asked.
    NothingKnown = "nothing-known";
}

impl FaultCode {
    /// Reads a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.as_str() == code)
    }

    /// Whether the system as a whole does not answer, so that the same would be said of every account.
    pub const fn is_of_the_system(self) -> bool {
        matches!(
            self,
            Self::Unreachable | Self::TimedOut | Self::Credentials | Self::RateLimited | Self::NotConfigured
        )
    }
}

impl fmt::Display for FaultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why something was not done, and when it may be asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{code}")]
pub struct Fault {
    /// Why.
    pub code: FaultCode,
    /// The system says that it wants no call for so long.
    pub retry_after: Option<Duration>,
}

impl From<FaultCode> for Fault {
    fn from(code: FaultCode) -> Self {
        Self {
            code,
            retry_after: None,
        }
    }
}
