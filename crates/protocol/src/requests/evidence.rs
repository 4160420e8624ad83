//! What helps to ask, and what helps to answer.

use super::Terms;
use crate::{principals::PrincipalRecord, sync::RoleName};
use claviger_model::{
    action::Action,
    ids::{PrincipalId, RoleId, ScopeId, SecretId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// `POST /v1/requests/options`: what could be asked for at a place that one may know of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum OptionsCall {
    /// At a scope.
    Scope(ScopeId),
    /// For the sake of a secret.
    Secret(SecretId),
}

/// What can be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptionsReply {
    /// Where it would be given.
    pub scope: ScopeId,
    /// Where that is, for people.
    pub path: String,
    /// How many secrets it would reach, for those who may see them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reaches: Option<u64>,
    /// Roles that somebody may give here and that would give something new, from least to most.
    pub roles: Vec<RoleOption>,
    /// By how many people it has to be approved.
    pub steps: u32,
    /// Everyone who is named.
    pub principals: Vec<PrincipalRecord>,
}

/// A role that can be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleOption {
    /// The role.
    pub role: RoleId,
    /// What it is called.
    pub name: String,
    /// What it would newly allow.
    pub newly: Vec<Action>,
    /// Some who can approve it, the nearest first.
    pub approvers: Vec<PrincipalId>,
    /// For at most so many seconds a rule approves it at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_once_seconds: Option<u32>,
}

/// `GET /v1/requests/{request}/evidence`, for those who can answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// What it is about: what was asked for, or what the approvals so far left of it; none for a rotation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<Terms>,
    /// What it would newly allow: each action with the number of scopes and secrets.
    pub newly: Vec<Newly>,
    /// Requests of the last 90 days at the same place or below, by the same person.
    pub same_person: Similar,
    /// And by others.
    pub others: Similar,
    /// When this person last read a value there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_read: Option<Timestamp>,
    /// When anybody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_read_by_anyone: Option<Timestamp>,
    /// Whether the person is from outside.
    pub outside: bool,
    /// Lesser roles that the reader may give instead, from least to most.
    pub lesser: Vec<RoleName>,
    /// Places below that it could be given at instead; the first 100.
    pub below: Vec<PlaceName>,
}

/// A place's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceName {
    /// Its id.
    pub scope: ScopeId,
    /// Where it stands.
    pub path: String,
}

/// An action that would newly be allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Newly {
    /// The action.
    pub action: Action,
    /// In how many scopes.
    pub scopes: u64,
    /// For how many secrets.
    pub secrets: u64,
}

/// How requests like this one were answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Similar {
    /// All of them.
    pub asked: u64,
    /// Those that were approved.
    pub approved: u64,
    /// Those that were refused.
    pub refused: u64,
}
