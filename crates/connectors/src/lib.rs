//! Connected systems: who has an account there, taking it away, and looking whether it is gone.
//!
//! Everything is asked afresh; nothing but connections is kept between two calls. Each action can be done again at any time, since whoever
//! calls may have been killed after the system did it and before it was written down.

mod connector;
mod fault;
pub mod github;
pub mod postgres;

pub use connector::{Always, Connector, Credential, GoOn, MOST_TEAMS, Page, Removal, Teams};
pub use fault::{Fault, FaultCode};
