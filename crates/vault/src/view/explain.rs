//! Why one can or cannot.

use super::{
    access::{AccessWay, RoleRef, VerdictView},
    state::PersonRef,
};
use serde::{Deserialize, Serialize};
use specta::Type;

/// A grant that reaches somebody at the place in question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ExplainWay {
    /// The grant.
    pub way: AccessWay,
    /// Whether its role has the action.
    pub has_action: bool,
    /// Whether it decided.
    pub decided: bool,
}

/// What is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum Lacking {
    /// Nothing.
    Nothing,
    /// A role.
    Role,
    /// Other circumstances.
    Circumstances,
    /// Nothing that a grant could mend.
    NoGrantHelps,
}

/// What it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum ExplainAbout {
    /// A secret.
    #[serde(rename_all = "camelCase")]
    Secret {
        /// Id.
        id: String,
    },
    /// A place.
    #[serde(rename_all = "camelCase")]
    Place {
        /// Id.
        id: String,
    },
}

/// Why, or why not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ExplainView {
    /// The action, by its code.
    pub action: String,
    /// Where it is decided.
    pub path: String,
    /// The decision.
    pub verdict: VerdictView,
    /// Decided for somebody as well signed in as can be.
    pub at_best: bool,
    /// Every grant that reaches there.
    pub ways: Vec<ExplainWay>,
    /// What is missing.
    pub lacking: Lacking,
    /// The least role that would do.
    pub role: Option<RoleRef>,
    /// A few people who may give it.
    pub grantors: Vec<PersonRef>,
}
