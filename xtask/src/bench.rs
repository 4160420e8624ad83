//! Measures in a release build. Every benchmark prints one JSON object a line:
//! `{"name", "value", "unit", "target", "met", "ratio_to"}`; anything else that it prints is for the person who waits.
//!
//! A benchmark is a bench target (`crates/*/benches/NAME.rs` or `…/NAME/main.rs`). It finds our own programs by
//! `CLAVIGER_SERVER_BIN` and `CLAVIGER_APP_BIN`, which are release builds made before, and its peers by
//! `CLAVIGER_OPENBAO_BIN` and in PATH.

use crate::{
    arguments::BenchOptions,
    cargo::{cargo, finish},
    places::Places,
    setup,
    table::{self, Row},
};
use anyhow::{Context, Result, bail};
use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Peers that only measuring needs.
const PEERS: &[&str] = &["keepassxc", "python3-venv"];
/// Measures no program of ours but itself, so nothing has to be built before.
const ALONE: &str = "claviger-server";

pub fn bench(places: &Places, options: &BenchOptions) -> Result<()> {
    let mut targets = bench_targets(&places.root)?;
    if let Some(name) = &options.name {
        targets.retain(|target| target.name == *name);
    }
    if targets.is_empty() {
        bail!("there is no such benchmark in crates/*/benches");
    }
    setup::system(PEERS)?;
    let openbao = setup::openbao(places);
    if let Err(error) = &openbao {
        eprintln!("OpenBao can't be had, its rows will fail: {error:#}");
    }
    if targets.iter().any(|target| target.package != ALONE) {
        setup::provider(places)?;
        setup::page(places)?;
        for program in ["claviger-server", "claviger-app"] {
            let build = ["build", "--release", "--package", program, "--bin", program];
            finish(cargo(places, &build).stdout(Stdio::null()))?;
        }
    }
    let mut rows = Vec::new();
    let mut failures = Vec::new();
    for Target { package, name } in targets {
        eprintln!("{package}: {name}");
        // Package by package: the server's rows need no web view.
        let arguments = ["bench", "--package", &package, "--bench", &name];
        let mut command = cargo(places, &arguments);
        if let Ok(bao) = &openbao {
            command.env("CLAVIGER_OPENBAO_BIN", bao);
        }
        collect(&mut command, &name, options.json, &mut rows, &mut failures)?;
    }
    if !options.json {
        println!("\n{}", table::table(&rows));
    }
    match failures.as_slice() {
        [] => Ok(()),
        some => bail!("these did not run to their end: {}", some.join(", ")),
    }
}

/// Runs one and takes its rows; with `json` they are passed on as they come.
fn collect(
    command: &mut Command,
    name: &str,
    json: bool,
    rows: &mut Vec<Row>,
    failures: &mut Vec<String>,
) -> Result<()> {
    let mut process = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not run the benchmark `{name}`"))?;
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
        failures.push(name.to_owned());
    }
    Ok(())
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Target {
    package: String,
    name: String,
}

/// What lies in `benches/` of the crates, by package.
fn bench_targets(root: &Path) -> Result<Vec<Target>> {
    let mut found = Vec::new();
    for folder in fs::read_dir(root.join("crates"))? {
        let folder = folder?;
        let package = format!("claviger-{}", folder.file_name().to_string_lossy());
        let Ok(benches) = fs::read_dir(folder.path().join("benches")) else {
            continue;
        };
        for bench in benches {
            if let Some(name) = target_name(&bench?.path()) {
                found.push(Target {
                    package: package.clone(),
                    name,
                });
            }
        }
    }
    found.sort();
    Ok(found)
}

fn target_name(path: &Path) -> Option<String> {
    let is_target =
        path.extension().is_some_and(|extension| extension == "rs") || path.join("main.rs").is_file();
    let name = PathBuf::from(path.file_stem()?);
    is_target.then(|| name.display().to_string())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_server_is_measured() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let server = Target {
            package: "claviger-server".to_owned(),
            name: "server".to_owned(),
        };
        assert!(bench_targets(root).unwrap().contains(&server));
    }
}
