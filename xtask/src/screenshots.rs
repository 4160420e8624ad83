//! The pictures in the documentation: the journey with `screenshots` in its path writes them to `CLAVIGER_SHOTS`.

use crate::{
    cargo::{cargo, finish},
    counted,
    places::Places,
    setup,
};
use anyhow::Result;

pub fn screenshots(places: &Places) -> Result<()> {
    setup::everything(places)?;
    finish(&mut cargo(places, &["build", "--workspace", "--bins", "--tests"]))?;
    let pictures = places.root.join("docs/pictures");
    std::fs::create_dir_all(&pictures)?;
    let mut command = cargo(places, &["test", "--workspace", "screenshots"]);
    counted::run_some(
        command
            .args(["--", "--include-ignored"])
            .env("CLAVIGER_SHOTS", pictures),
        "the pictures",
    )
}
