//! claviger-server: configuration, routes, callers, operations, jobs.
//!
//! `http` builds the router from [`claviger_protocol::route::ALL`]; `caller` verifies who calls; `sign_in` makes
//! sessions; `operations` holds one use case a file; all of it appends to the log through `sequencer`.

pub mod app;
pub mod caller;
pub mod certificate;
pub mod cli;
pub mod config;
pub mod connected;
pub mod entitlement;
pub mod events;
pub mod founding;
pub mod http;
pub mod jobs;
pub mod keys;
pub mod operations;
pub mod report;
pub mod scim;
pub mod sequencer;
pub mod sign_in;
pub mod start;
pub mod stream;
pub mod telling;
