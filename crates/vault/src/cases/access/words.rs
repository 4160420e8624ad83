//! Why a grant counts, or does not, and why something is allowed, in words.

use crate::view::access::{GrantStands, GrantStep, VerdictView};
use claviger_protocol::access::{self as wire, Unmet, Verdict};

pub(super) fn stands(stands: &wire::Stands) -> GrantStands {
    match stands {
        wire::Stands::Counts => GrantStands::Counts,
        wire::Stands::NotYet { from } => GrantStands::NotYet { from: from.millis() },
        wire::Stands::Over { .. } => GrantStands::Over,
        wire::Stands::Void => GrantStands::Void,
        wire::Stands::Unmet { conditions } => GrantStands::Unmet {
            words: conditions.iter().map(unmet).collect(),
        },
    }
}

fn unmet(unmet: &Unmet) -> String {
    match unmet {
        Unmet::MultiFactor { .. } => "needs a fresh multi-factor sign-in",
        Unmet::Network => "counts from certain networks only",
        Unmet::EnrolledDevice => "needs an enrolled device",
        Unmet::Hours { .. } => "counts at other hours",
        Unmet::Unreadable => "has a condition that the server cannot read, so it does not count",
    }
    .to_owned()
}

pub(super) const fn step(step: wire::GrantStep) -> GrantStep {
    match step {
        wire::GrantStep::Shorten => GrantStep::Shorten,
        wire::GrantStep::Narrow => GrantStep::Narrow,
        wire::GrantStep::Revoke => GrantStep::Revoke,
    }
}

/// A decision in words.
pub(in crate::cases) fn verdict(verdict: &Verdict) -> VerdictView {
    let words = match verdict.reason.as_str() {
        "granted" => "A grant gives it, and no guardrail forbids it.",
        "no_grant" => "No grant gives it here.",
        "conditions_unmet" => "A grant would give it at another time or under its conditions.",
        "guardrail" => "A guardrail forbids it, whatever the grants say.",
        "principal_suspended" => "The account is suspended.",
        "principal_disabled" => "The account is disabled.",
        "not_an_actor" => "A team holds grants; its members use them.",
        "policy_error" => "A policy could not be evaluated, so it is refused. Somebody has to repair it.",
        _ => "The server refuses it.",
    };
    VerdictView {
        allowed: verdict.allowed,
        words: words.to_owned(),
        guardrails: verdict
            .guardrails
            .iter()
            .map(|guardrail| guardrail.name.clone())
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_words_of_its_own() {
        let words = |reason: &str| {
            let verdict = Verdict {
                allowed: false,
                reason: reason.to_owned(),
                guardrails: Vec::new(),
            };
            super::verdict(&verdict).words
        };
        let known = [
            "granted",
            "no_grant",
            "conditions_unmet",
            "guardrail",
            "principal_suspended",
            "principal_disabled",
            "not_an_actor",
            "policy_error",
        ];
        for reason in known {
            assert_ne!(words(reason), words("from_the_future"), "{reason}");
        }
    }
}
