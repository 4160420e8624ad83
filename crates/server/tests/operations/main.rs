//! The operations through the router, with real proofs on real databases.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests"
)]

mod access;
mod access_changes;
mod access_property;
mod acknowledgements;
mod alone;
mod assigning;
mod authorization;
mod campaign;
mod clocks;
mod conditions;
mod dice;
mod emergency;
mod explain;
mod files;
mod generations;
mod guardrails;
mod history;
mod house;
mod journal;
mod keys_program;
mod limits;
mod lists;
mod logs;
mod many_leases;
mod offboarding;
mod orders;
mod outages;
mod program;
mod purges;
mod refusals;
mod releases;
mod replicas;
mod requests;
mod requests_random;
mod retention;
mod roles;
mod root_asked;
mod root_homes;
mod root_over_tls;
mod root_silent;
mod scim;
mod secrets;
mod services;
mod starts;
mod stepping_up;
mod succession;
mod telling;
mod terms;
mod touched;
mod whole;
