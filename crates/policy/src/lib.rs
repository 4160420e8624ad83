//! Who may do what: the Cedar schema, `decide`, `explain`, `may_assign` and `entitled`; pure.
//!
//! [`engine::PolicyEngine`] is made of the roles and guardrails of one epoch and shared. It is asked a
//! [`question::Question`], which carries all that the answer depends on: the caller with their teams, the place, the
//! grants that touch both, and the circumstances. Which grants count *now* (times, conditions, kinds of holders) is
//! settled in [`standing`]; whether those that count give the right *here*, and whether a guardrail forbids it, is
//! settled by Cedar. Every road that does not end in an explicit yes ends in no.
//!
//! To add an action: `claviger_model::action` and `claviger.cedarschema`. To add a condition:
//! `claviger_model::conditions` and [`standing`]. To add a fact that guardrails may look at: the schema, `entities`
//! and [`looks::Looks`].

mod ask;
pub mod assign;
pub mod bounds;
pub mod builtin_guardrails;
pub mod decision;
pub mod effect;
pub mod engine;
mod entities;
pub mod entitled;
pub mod explain;
pub mod gain;
pub mod guardrails;
pub mod hours;
pub mod language;
pub mod looks;
pub mod loosening;
pub mod places;
pub mod problem;
pub mod question;
pub mod refusing;
mod schema;
mod slice;
pub mod standing;
pub mod step_up;
pub mod survey;
pub mod tree;
pub mod widening;
