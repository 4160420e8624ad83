//! Journeys across real parts: the window, the server, an identity provider that we did not write.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod afresh;
mod asking;
mod away;
mod by_rule;
mod certificate;
mod connected;
mod desk;
mod earlier;
mod emergency;
mod first_start;
mod guardrail;
mod importing;
#[path = "../../crates/vault/tests/support/instance.rs"]
mod instance;
mod keyboard;
mod kills;
mod left_teams;
mod load;
mod offboarding;
mod organization;
mod provisioning;
mod rig;
mod screens;
mod service;
mod spine;
mod step_up;
mod who_has_what;
