//! The page's bindings: the test that compares them writes them when `CLAVIGER_WRITE_BINDINGS` is set.

use crate::{cargo::cargo, counted, places::Places, setup};
use anyhow::Result;

pub fn bindings(places: &Places) -> Result<()> {
    setup::page(places)?;
    let mut command = cargo(places, &["test", "--workspace", "bindings"]);
    counted::run_some(command.env("CLAVIGER_WRITE_BINDINGS", "1"), "the bindings")
}
