//! What a fresh multi-factor sign-in would mend (RFC 9470).

use crate::{
    engine::PolicyEngine,
    question::{Circumstances, Question},
};
use claviger_model::grant::Grant;

impl PolicyEngine {
    /// The age in seconds that a multi-factor sign-in may have at most for a yes, when nothing but such a sign-in is
    /// missing; none when it is allowed, or refused for something else besides.
    pub fn step_up(&self, question: &Question<'_>) -> Option<u32> {
        if self.decide(question).allowed {
            return None;
        }
        let fresh = Circumstances {
            multi_factor_at: Some(question.circumstances.now),
            ..*question.circumstances
        };
        let then = self.decide(&Question {
            circumstances: &fresh,
            ..*question
        });
        if !then.allowed {
            return None;
        }
        // Where a guardrail asks for it, or the session never had it, only a sign-in of its own is sure to do.
        if question.circumstances.multi_factor_at.is_none() {
            return Some(0);
        }
        let within = |grant: &Grant| grant.conditions.known()?.multi_factor_within;
        let deciding = question
            .grants
            .iter()
            .filter(|grant| then.grants.contains(&grant.id));
        deciding.map(|grant| within(grant).unwrap_or(0)).max()
    }
}
