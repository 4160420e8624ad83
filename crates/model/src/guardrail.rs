//! Guardrails: `forbid` policies that no grant overrides.

use crate::{ids::PolicyId, name::Name};
use serde::{Deserialize, Serialize};

/// The longest policy text, in bytes.
pub const MAX_POLICY_BYTES: usize = 16 * 1024;

/// A `forbid` policy in Cedar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guardrail {
    /// Fixed for the built-in ones.
    pub id: PolicyId,
    /// What people call it.
    pub name: Name,
    /// Its Cedar text, valid under the schema.
    pub text: String,
    /// Built-in guardrails can be switched off by an Owner, not changed.
    pub builtin: bool,
    /// Whether it decides.
    pub enabled: bool,
}
