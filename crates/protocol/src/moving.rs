//! Moving a scope with all below it.

use crate::wire::Bytes;
use claviger_model::{
    action::Action,
    ids::{PrincipalId, ScopeId},
};
use serde::{Deserialize, Serialize};

/// `POST /v1/scopes/{scope}/move`, and its preview at `/v1/scopes/{scope}/move/preview`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveScope {
    /// Where to.
    pub parent: ScopeId,
    /// [`MovePlan::digest`] of what was shown; anything else than that is refused as stale.
    #[serde(default)]
    pub plan: Option<Bytes>,
}

/// What a move would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovePlan {
    /// SHA-256 of the canonical form of the move and of all that follows.
    pub digest: Bytes,
    /// What follows.
    #[serde(flatten)]
    pub effect: MoveEffect,
}

/// Who gains and who loses by a move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveEffect {
    /// The path afterwards.
    pub path: String,
    /// Scopes that move.
    pub scopes: u32,
    /// Secrets that move.
    pub secrets: u64,
    /// Whether the class of environment around any of them becomes another one.
    pub changes_class: bool,
    /// People and services whose access changes, in the order of their ids.
    pub changes: Vec<AccessChange>,
}

/// How somebody's access changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessChange {
    /// Who.
    pub principal: PrincipalId,
    /// What they could do afterwards and cannot now, anywhere in what moves.
    pub gains: Vec<Action>,
    /// What they can do now and could not any more.
    pub loses: Vec<Action>,
}
