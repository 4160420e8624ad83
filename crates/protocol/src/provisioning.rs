//! Tokens with which the identity provider's SCIM client comes.

use crate::wire::Token;
use claviger_model::{
    ids::{KeyId, PrincipalId},
    name::Name,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// How long a token lasts at most, in days.
pub const LONGEST_DAYS: u32 = 366;
/// How long the token before lasts beside the new one, in hours, at most.
pub const LONGEST_OVERLAP_HOURS: u32 = 7 * 24;
/// Live tokens of an organization.
pub const MOST_LIVE: usize = 10;

/// Makes a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MakeToken {
    /// Chosen by the caller.
    pub id: KeyId,
    /// As people will call it.
    pub name: Name,
    /// How long it lasts, in days; 1 to [`LONGEST_DAYS`].
    pub days: u32,
}

/// Makes a token in place of another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotateToken {
    /// The id of the new one, chosen by the caller.
    pub id: KeyId,
    /// How long it lasts, in days; 1 to [`LONGEST_DAYS`].
    pub days: u32,
    /// How long the one before goes on, in hours; 0 ends it at once, [`LONGEST_OVERLAP_HOURS`] at most.
    pub overlap_hours: u32,
}

/// A token that was made; it is shown this once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeToken {
    /// Its id.
    pub id: KeyId,
    /// The token.
    pub token: Token,
    /// When it ends by itself.
    pub ends_at: Timestamp,
}

/// The tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokensReply {
    /// Newest first; those that ended are among the last hundred.
    pub tokens: Vec<TokenRecord>,
    /// Where the client is pointed to.
    pub base: String,
    /// The claim that says what `externalId` says.
    pub claim: String,
    /// Whether groups are taken from SCIM.
    pub groups: bool,
}

/// One token, without itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRecord {
    /// Its id.
    pub id: KeyId,
    /// As people call it.
    pub name: Name,
    /// Who made it.
    pub made_by: PrincipalId,
    /// When.
    pub made_at: Timestamp,
    /// When it ends by itself.
    pub ends_at: Timestamp,
    /// When it was last used, to the minute or so.
    pub last_used_at: Option<Timestamp>,
    /// The one that it follows.
    pub replaces: Option<KeyId>,
    /// When it was ended before its time.
    pub ended_at: Option<Timestamp>,
}
