//! The campaigns, at full counts: tests with `campaign` in their path read `CLAVIGER_SOAK`.

use crate::{
    cargo::{cargo, finish},
    counted,
    places::Places,
    setup,
};
use anyhow::Result;

const CAMPAIGN: &str = "campaign";

pub fn soak(places: &Places, filter: Option<&str>) -> Result<()> {
    setup::everything(places)?;
    finish(&mut cargo(places, &["build", "--workspace", "--bins", "--tests"]))?;
    let mut command = cargo(
        places,
        &[
            "test",
            "--workspace",
            "--no-fail-fast",
            filter.unwrap_or(CAMPAIGN),
        ],
    );
    counted::run_some(
        command.args(["--", "--nocapture"]).env("CLAVIGER_SOAK", "1"),
        "the campaigns",
    )
}
