//! HTTP: the router over the one list of routes, refusals, limits, listening.
//!
//! To add a route: its line in [`claviger_protocol::route`], its handler in the `routes` of the module that it belongs to
//! ([`table::handle`]). The router puts the layer in front that verifies the caller that the line names.

mod calls;
mod enrolment;
mod health;
mod limits;
pub mod listen;
mod metrics;
pub mod refusal;
pub mod router;
pub mod table;

pub use refusal::Refusal;
pub use table::{Handled, handle};
