//! Who has what: by place, by principal, as a matrix; what taking from a grant would take; and why one can or cannot.
//!
//! All of it is read in one committed state, in a few statements for a whole page. Somebody's access is shown as it is *at best*:
//! for somebody as well signed in as can be ([`favourable`]), since nobody knows how they will be signed in.
//!
//! To show a further fact of a grant: `claviger_protocol::access` and [`paths`]. To take from a grant in a further way:
//! `claviger_protocol::grant_change`, [`plan`] and [`change`].

mod at;
pub mod change;
mod explain;
mod forecast;
pub mod grantors;
mod matrix;
pub mod named;
mod of;
mod paths;
pub mod people;
pub mod plan;
mod sight;
mod usage;

pub use named::GuardrailNames;
pub use usage::tally;

use crate::{
    entitlement::best::favourable,
    http::{Handled, handle},
};
use claviger_protocol::route;

/// The routes of this module.
pub fn routes() -> Vec<Handled> {
    vec![
        handle(route::ACCESS_AT, at::at),
        handle(route::ACCESS_OF, of::of),
        handle(route::ACCESS_MATRIX, matrix::matrix),
        handle(route::PLAN_GRANT_CHANGE, plan::preview),
        handle(route::CHANGE_GRANT, change::change),
        handle(route::EXPLAIN, explain::explain),
    ]
}

/// How many of a page, by what was asked for and the most there can be.
fn page(asked: Option<u32>, most: u32) -> u32 {
    asked.unwrap_or(most).clamp(1, most)
}
