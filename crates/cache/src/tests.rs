//! The cache as a whole: what it keeps, what it destroys, and what it leaves behind when it is cut off.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod bad_input;
mod campaign;
mod crash;
mod full_disk;
mod leases;
mod orders;
mod random;
mod rig;
mod secrecy;
mod time;
