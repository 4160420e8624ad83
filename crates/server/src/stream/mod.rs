//! The stream of hints (rule 6): says that something changed, never what, and never to whom else.

mod events;
mod hints;

pub use hints::{Audience, Hints, Sent};

use crate::http::{Handled, handle};
use claviger_protocol::route;

/// The routes of this module.
pub fn routes() -> Vec<Handled> {
    vec![handle(route::STREAM, events::stream)]
}
