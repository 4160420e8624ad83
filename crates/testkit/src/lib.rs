//! What tests of several crates share: a clock moved by hand and peers that are started for them. Never in a product.
//!
//! Seeded randomness is `claviger_model::entropy::Sequence`. A new peer is a file in `peers/`: a struct whose `start`
//! waits until it answers, an error that says what to install, and a [`peers::process::Process`] that ends it.

pub mod certificates;
pub mod clock;
pub mod http;
pub mod peers;
pub mod products;
