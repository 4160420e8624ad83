//! Calls by a device's key alone: orders, acknowledgements, journal (rules 24–26). They work while a device is ending.

mod acknowledge;
pub mod clone;
mod destroyed;
mod journal;
mod orders;

use crate::http::{Handled, handle};
use claviger_protocol::route;

/// The routes of this module.
pub fn routes() -> Vec<Handled> {
    vec![
        handle(route::ORDERS, orders::orders),
        handle(route::ACKNOWLEDGE, acknowledge::acknowledge),
        handle(route::JOURNAL, journal::journal),
    ]
}
