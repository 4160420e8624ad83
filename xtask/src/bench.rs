//! Measures in a release build. Every benchmark prints one JSON object a line:
//! `{"name", "value", "unit", "target", "met", "ratio_to"}`; anything else that it prints is for the person who waits.
//!
//! They are bench targets (`crates/*/benches/*.rs`) and the program `claviger-bench` (`crates/bench`), which measures
//! across processes and finds its peers by `CLAVIGER_OPENBAO_BIN` and in PATH.

use crate::{
    cargo::{cargo, finish},
    places::Places,
    setup,
    table::{self, Row},
};
use anyhow::{Context, Result, bail};
use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

/// Peers that only measuring needs.
const PEERS: &[&str] = &["keepassxc", "python3-venv"];

pub fn bench(places: &Places, json: bool) -> Result<()> {
    let targets = bench_targets(&places.root)?;
    let program = places.root.join("crates/bench/Cargo.toml").exists();
    if targets.is_empty() && !program {
        bail!("there are no benchmarks: neither crates/*/benches/*.rs nor crates/bench");
    }
    eprintln!(
        "bench targets: {}",
        if targets.is_empty() {
            "none".to_owned()
        } else {
            targets.join(", ")
        }
    );
    eprintln!("claviger-bench: {}", if program { "yes" } else { "none" });
    setup::system(PEERS)?;
    setup::provider(places)?;
    setup::page(places)?;
    let mut rows = Vec::new();
    let mut failures = Vec::new();
    if !targets.is_empty() {
        collect(
            &mut cargo(places, &["bench", "--workspace", "--bench", "*"]),
            json,
            &mut rows,
            &mut failures,
        )?;
    }
    if program {
        finish(cargo(places, &["build", "--release", "--workspace", "--bins"]).stdout(Stdio::null()))?;
        let mut command = from_cargo(places);
        match setup::openbao(places) {
            Ok(bao) => drop(command.env("CLAVIGER_OPENBAO_BIN", bao)),
            Err(error) => eprintln!("OpenBao can't be had, its rows will fail: {error:#}"),
        }
        collect(&mut command, json, &mut rows, &mut failures)?;
    }
    if !json {
        println!("\n{}", table::table(&rows));
    }
    match failures.as_slice() {
        [] => Ok(()),
        some => bail!("these did not run to their end: {}", some.join(", ")),
    }
}

/// `claviger-bench` with the environment that Cargo's own benchmarks get.
fn from_cargo(places: &Places) -> Command {
    let mut command = Command::new(places.binary("claviger-bench", true));
    for (name, value) in cargo(places, &["bench"]).get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    command.current_dir(&places.root);
    command
}

/// Runs one and takes its rows; with `json` they are passed on as they come.
fn collect(command: &mut Command, json: bool, rows: &mut Vec<Row>, failures: &mut Vec<String>) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut process = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not run `{name}`"))?;
    if let Some(stdout) = process.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            let line = line?;
            match Row::parse(&line) {
                Some(row) => {
                    if json {
                        println!("{line}");
                    }
                    rows.push(row);
                }
                None => eprintln!("{line}"),
            }
        }
    }
    if !process.wait()?.success() {
        failures.push(name);
    }
    Ok(())
}

fn bench_targets(root: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for package in fs::read_dir(root.join("crates"))? {
        let Ok(benches) = fs::read_dir(package?.path().join("benches")) else {
            continue;
        };
        for bench in benches {
            let path = bench?.path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path.strip_prefix(root).unwrap_or(&path).display().to_string());
            }
        }
    }
    found.sort();
    Ok(found)
}
