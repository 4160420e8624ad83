//! System packages on Debian and its kin.

use crate::cargo::finish;
use anyhow::{Context, Result, bail};
use std::{collections::BTreeSet, path::Path, process::Command};

/// What compiling the app, its journeys and the peers of tests need.
const WANTED: &[&str] = &[
    "build-essential",
    "pkg-config",
    "libwebkit2gtk-4.1-dev",
    "libgtk-3-dev",
    "librsvg2-dev",
    "libdbus-1-dev",
    "libayatana-appindicator3-dev",
    // The window in tests: a screen, a bus, a keyring, a driver, fonts.
    "xvfb",
    "xauth",
    "dbus",
    "dbus-x11",
    "gnome-keyring",
    "libsecret-tools",
    "webkit2gtk-driver",
    "imagemagick",
    "xclip",
    "xdotool",
    "xdg-utils",
    "at-spi2-core",
    "procps",
    "fonts-inter",
    "fonts-dejavu-core",
    "fonts-noto-core",
    // Peers.
    "postgresql",
    "chromium",
    "curl",
];

/// Installs what is missing, and what one command needs beyond that.
pub fn system(more: &[&str]) -> Result<()> {
    let wanted: Vec<&str> = WANTED.iter().chain(more).copied().collect();
    if !Path::new("/usr/bin/dpkg-query").exists() {
        eprintln!(
            "This is not Debian or Ubuntu. See to it that these are there, under your system's names:\n  {}",
            wanted.join(" ")
        );
        return Ok(());
    }
    let missing = missing(&wanted, &installed(&wanted)?);
    if missing.is_empty() {
        return Ok(());
    }
    println!("installing {}", missing.join(" "));
    finish(&mut apt(&["update", "-q"]))?;
    let install: Vec<&str> = ["install", "-qy", "--no-install-recommends"]
        .into_iter()
        .chain(missing.iter().copied())
        .collect();
    if finish(&mut apt(&install)).is_ok() {
        return Ok(());
    }
    // An archive is inaccessible now and then, and a broken half-installation hinders the next try.
    let again: Vec<&str> = install.iter().copied().chain(["-f"]).collect();
    finish(&mut apt(&again)).context("system packages could not be installed")
}

fn installed(wanted: &[&str]) -> Result<String> {
    // Fails when one is unknown, and still lists the others.
    let output = Command::new("dpkg-query")
        .args(["-W", "-f", "${db:Status-Status} ${Package}\n"])
        .args(wanted)
        .output()
        .context("could not run `dpkg-query`")?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn missing<'a>(wanted: &[&'a str], listed: &str) -> Vec<&'a str> {
    let installed: BTreeSet<&str> = listed
        .lines()
        .filter_map(|line| line.strip_prefix("installed "))
        .collect();
    wanted
        .iter()
        .copied()
        .filter(|package| !installed.contains(package))
        .collect()
}

fn apt(arguments: &[&str]) -> Command {
    let root = Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    let mut command = Command::new(if root { "apt-get" } else { "sudo" });
    if !root {
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    }
    command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// Fails with a remedy when Node is missing or too old.
pub fn node() -> Result<()> {
    let remedy =
        "Node 20.19 or newer with npm is needed: https://nodejs.org, or your system's `nodejs` and `npm`";
    let output = Command::new("node").arg("--version").output().context(remedy)?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if !new_enough(&version) {
        bail!("{remedy} (found {version})");
    }
    Ok(())
}

fn new_enough(version: &str) -> bool {
    let mut numbers = version
        .trim_start_matches('v')
        .split('.')
        .map(|number| number.parse::<u32>().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= (20, 19)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_wholly_installed_counts() {
        let listed = "installed curl\nconfig-files xvfb\nnot-installed dbus\n";
        assert_eq!(
            missing(&["curl", "xvfb", "dbus", "chromium"], listed),
            ["xvfb", "dbus", "chromium"]
        );
    }

    #[test]
    fn node_is_compared_by_number() {
        assert!(new_enough("v20.19.0") && new_enough("v22.1.0") && new_enough("v100.0.0"));
        assert!(!new_enough("v20.9.5") && !new_enough("v18.20.4") && !new_enough(""));
    }
}
