//! The operations through the router, with real proofs on real databases.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests"
)]

mod authorization;
mod campaign;
mod history;
mod house;
mod journal;
mod lists;
mod orders;
mod outages;
mod program;
mod releases;
mod replicas;
mod secrets;
mod starts;
mod whole;
