//! Roles, guardrails and grants as files (`/v1/policy-files`): what is so today is written into files, the same bytes for the
//! same state; files are compared with what is so; and a service identity makes things what files say, as far as two Owners
//! delegated it.
//!
//! To let files say more: [`form`] for what stands in them, [`compare`] for what differs, [`judge`] for what may be carried out, and
//! [`carry`] for how.

mod apply;
mod carry;
mod compare;
mod delegate;
mod export;
mod form;
mod grants;
mod identity;
mod judge;
mod judge_grants;
mod judge_guardrails;
mod plan;
mod read;
mod since;

use crate::http::{Handled, handle};
use claviger_protocol::route;

/// The routes of this module.
pub fn routes() -> Vec<Handled> {
    vec![
        handle(route::EXPORT_POLICY_FILES, export::export),
        handle(route::PLAN_POLICY_FILES, plan::plan),
        handle(route::APPLY_POLICY_FILES, apply::apply),
        handle(route::FILE_DELEGATIONS, delegate::list),
        handle(route::DELEGATE_FILES, delegate::delegate),
    ]
}
