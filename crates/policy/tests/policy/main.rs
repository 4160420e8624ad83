//! The policy engine as its callers see it.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod delegation;
mod deny_by_default;
mod gains;
mod lists;
mod organization;
mod places;
mod simulating;
mod step_up;
mod widening;
