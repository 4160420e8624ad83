//! The few grants that a question turns on.

use crate::{
    engine::PolicyEngine,
    question::{Circumstances, Question},
    standing::{Standing, boundary, standing},
};
use claviger_model::{grant::Grant, time::Timestamp};

/// The grants whose roles have the action.
pub(crate) struct Slice<'a> {
    pub(crate) relevant: Vec<&'a Grant>,
    /// Those of them that count here and now.
    pub(crate) counting: Vec<&'a Grant>,
    /// Whether any of them depends on where the call comes from.
    pub(crate) by_place: bool,
}

impl Slice<'_> {
    /// When the clock alone may change which count.
    pub(crate) fn boundary(&self, question: &Question<'_>) -> Option<Timestamp> {
        self.relevant
            .iter()
            .filter_map(|grant| boundary(grant, question.circumstances))
            .min()
    }
}

impl PolicyEngine {
    pub(crate) fn slice<'a>(&self, question: &Question<'a>) -> Slice<'a> {
        let gives = |grant: &&Grant| {
            // Rule 14: nobody gets power over access in an emergency, whatever their role says.
            let withheld = grant.conditions.is_emergency() && question.action.is_authority();
            !withheld
                && self.role(grant.role).is_some_and(|role| {
                    role.allows(question.action) && role.may_be_held_by(question.caller.nature.kind())
                })
        };
        let relevant: Vec<_> = question.grants.iter().filter(gives).collect();
        let counts = |grant: &&Grant| {
            let role = self.role(grant.role);
            standing(grant, role, question.caller, question.circumstances) == Standing::Counts
        };
        let by_place = |grant: &&Grant| {
            grant
                .conditions
                .known()
                .is_some_and(|known| !known.networks.is_empty())
        };
        Slice {
            counting: relevant.iter().copied().filter(counts).collect(),
            by_place: relevant.iter().any(by_place),
            relevant,
        }
    }
}

/// Whether a grant reaches the caller and the place; Cedar says the same, this is for words and boundaries.
pub(crate) fn covers(grant: &Grant, question: &Question<'_>) -> bool {
    question.caller.answers_to(grant.principal) && question.resource.chain.contains(&grant.scope)
}

/// Whether a grant that does not count now may do so another time; one that is over never will.
pub(crate) fn may_count(grant: &Grant, question: &Question<'_>) -> bool {
    is_not_over(grant, question.circumstances) && covers(grant, question)
}

/// Whether a grant has neither ended nor run out.
pub(crate) fn is_not_over(grant: &Grant, circumstances: &Circumstances) -> bool {
    let over = grant.expires_at.is_some_and(|end| end <= circumstances.now);
    grant.ended.is_none() && !over
}
