//! The answer to a question.

use claviger_model::{
    ids::{GrantId, PolicyId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why it was decided so; its codes are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A grant gives the right and no guardrail forbids it.
    Granted,
    /// No grant gives the right here.
    NoGrant,
    /// A grant would, at another time or under its conditions.
    ConditionsUnmet,
    /// A guardrail forbids it.
    Guardrail,
    /// The caller is suspended.
    PrincipalSuspended,
    /// The caller is disabled.
    PrincipalDisabled,
    /// Teams hold grants but do not act.
    NotAnActor,
    /// A policy could not be evaluated; somebody must look (rule 11).
    PolicyError,
}

impl Reason {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::NoGrant => "no_grant",
            Self::ConditionsUnmet => "conditions_unmet",
            Self::Guardrail => "guardrail",
            Self::PrincipalSuspended => "principal_suspended",
            Self::PrincipalDisabled => "principal_disabled",
            Self::NotAnActor => "not_an_actor",
            Self::PolicyError => "policy_error",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Yes or no, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The answer.
    pub allowed: bool,
    /// Why.
    pub reason: Reason,
    /// The grants that give the right; empty when it is refused.
    pub grants: Vec<GrantId>,
    /// The grant of emergency access without which it would be refused (rule 14).
    pub emergency: Option<GrantId>,
    /// The guardrails that forbid it, or that could not be evaluated.
    pub guardrails: Vec<PolicyId>,
    /// The first moment at which the answer may differ by the clock alone.
    pub valid_until: Option<Timestamp>,
    /// Whether it may be kept until then (and until the epoch changes) for the same caller, session and device.
    /// False when the place of the call took part.
    pub cacheable: bool,
    /// Whether a value read by it may be kept offline: false when the right depends on place or hour (rule 21).
    pub leasable: bool,
}

impl Decision {
    /// A refusal that no clock changes.
    pub(crate) const fn refusal(reason: Reason) -> Self {
        Self {
            allowed: false,
            reason,
            grants: Vec::new(),
            emergency: None,
            guardrails: Vec::new(),
            valid_until: None,
            cacheable: false,
            leasable: false,
        }
    }

    /// Whether it is a finding: somebody has to repair a policy.
    pub const fn is_finding(&self) -> bool {
        matches!(self.reason, Reason::PolicyError)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn codes_are_what_is_serialized() {
        for reason in [
            Reason::Granted,
            Reason::NoGrant,
            Reason::ConditionsUnmet,
            Reason::Guardrail,
            Reason::PrincipalSuspended,
            Reason::PrincipalDisabled,
            Reason::NotAnActor,
            Reason::PolicyError,
        ] {
            assert_eq!(serde_json::to_string(&reason).unwrap(), format!("\"{reason}\""));
        }
    }
}
