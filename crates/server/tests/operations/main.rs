//! The operations through the router, with real proofs on real databases.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests"
)]

mod authorization;
mod crash;
mod history;
mod house;
mod journal;
mod lists;
mod orders;
mod releases;
mod replicas;
mod secrets;
