//! Journeys across real parts: the window, the server, an identity provider that we did not write.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod asking;
mod by_rule;
mod certificate;
mod desk;
mod first_start;
mod keyboard;
mod kills;
mod load;
mod organization;
mod rig;
mod screens;
mod spine;
mod step_up;
mod who_has_what;
