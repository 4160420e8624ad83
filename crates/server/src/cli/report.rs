//! `report verify`: checks a report of offboarding with nothing but the published keys.

use super::say;
use crate::report::{
    format,
    html::DRAWING,
    keys::PublishedKeys,
    verify::{Page, verify},
};
use anyhow::Context;
use clap::Subcommand;
use std::{fs, path::PathBuf};

/// What is done with a report.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check a report, as JSON or as a page, without any connection.
    Verify {
        /// The report.
        file: PathBuf,
        /// What the server publishes at `/v1/enrolment`, saved to a file.
        #[arg(long, value_name = "FILE")]
        keys: PathBuf,
    },
}

/// The report holds, and the page that carries it was not checked.
#[derive(Debug, thiserror::Error)]
#[error(
    "THE PAGE WAS NOT CHECKED: it {}, and this program draws version {DRAWING} alone. The report in it holds; what the page shows may be something else",
    match .0 { Some(number) => format!("says that it is drawn by version {number}"), None => "does not say by which version it is drawn".to_owned() }
)]
pub struct Unchecked(Option<u32>);

impl Unchecked {
    /// What the program exits with: neither success nor what a report that does not hold ends with.
    pub const CODE: u8 = 3;
}

/// Runs it; asks for no configuration.
pub fn run(command: Command) -> anyhow::Result<()> {
    let Command::Verify { file, keys } = command;
    let read = |path: &PathBuf| {
        fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
    };
    let keys = PublishedKeys::read(&read(&keys)?).context("the keys cannot be used")?;
    let found = verify(&read(&file)?, &keys).context("THE REPORT DOES NOT HOLD")?;
    let (report, proved) = (&found.report, found.proved);
    say(match found.page {
        Page::Absent | Page::Same => "The report holds.",
        Page::Unchecked(_) => "The report in this page holds. THE PAGE ITSELF WAS NOT CHECKED.",
    })?;
    say(&format!(
        "  organization  {} ({})",
        report.organization_name, report.organization
    ))?;
    say(&format!("  server        {}", report.origin))?;
    say(&format!("  case          {}", report.case.id))?;
    say(&format!("  made          {}", format::moment(report.made_at)))?;
    say(&format!(
        "  log           {} leaves, root {}",
        found.checkpoint.size, found.checkpoint.root
    ))?;
    say("Proved by leaves of the log:")?;
    say(&format!(
        "  {} leaves about the person since the case was opened, without a hole",
        proved.leaves
    ))?;
    say(&format!("  {} things taken away", proved.effects))?;
    say(&format!(
        "  {} devices ordered to destroy everything, {} signed words that they have",
        proved.devices, proved.acknowledged
    ))?;
    say(&format!("  {} values changed or accepted", proved.settled))?;
    say(&format!("  {} reads of values that had to change", proved.reads))?;
    say("Names are those of the day of the report, by the server's word.")?;
    match found.page {
        Page::Absent | Page::Same => Ok(()),
        Page::Unchecked(drawing) => Err(Unchecked(drawing).into()),
    }
}
