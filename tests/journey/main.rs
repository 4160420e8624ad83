//! Journeys across real parts: the window, the server, an identity provider that we did not write.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod rig;
mod screenshots;
mod spine;
