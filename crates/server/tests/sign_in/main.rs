//! Signing in and everything after it, against a provider that we did not write; wrong in each way that there is.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "../support/mod.rs"]
mod support;

mod bootstrap;
mod endings;
mod exchange;
mod id_tokens;
mod proofs;
mod provider;
mod reassert;
mod refresh;
mod replicas;
mod stream;
